using Appliance.Limiter;
using Appliance.Proxy.Configuration;
using Microsoft.Extensions.Logging;

namespace Appliance.Proxy;

/// <summary>The data plane: event loops, their listeners and pools. Thread-safe unless said otherwise.</summary>
public sealed class ProxyServer : IDisposable
{
    /// <summary>Makes the loops' resources; nothing runs yet.</summary>
    /// <param name="loops">Number of event loops, 1 .. 64; normally one per core.</param>
    /// <param name="policies">Asked for each request of listeners that enforce policies; null: none configured.</param>
    /// <param name="log">Where events go.</param>
    public ProxyServer(int loops, PolicyEngine? policies, ILogger log) => throw new NotSupportedException();

    /// <summary>Binds every listener and starts the loops. On failure nothing stays bound.</summary>
    /// <exception cref="ListenException">An address cannot be bound; the message names listener, address and reason.</exception>
    public void Start(ProxySettings settings) => throw new NotSupportedException();

    /// <summary>New listeners open first, then the new routes and pools apply, then removed listeners close. All or nothing.</summary>
    /// <exception cref="ListenException">A new listener cannot be bound; the old settings go on unchanged.</exception>
    public void Apply(ProxySettings settings) => throw new NotSupportedException();

    /// <summary>While on, HTTP answers carry `Connection: close` and idle client connections are closed, so that clients move away.</summary>
    public void SetDraining(bool draining) => throw new NotSupportedException();

    /// <summary>Closes traffic listeners (not Local ones), drains, and completes when no traffic connection is left or time is up.</summary>
    /// <returns>The number of connections cut at the limit.</returns>
    public Task<int> StopTrafficAsync(TimeSpan limit) => throw new NotSupportedException();

    /// <summary>Current figures; a copy.</summary>
    public ProxyStatus GetStatus() => throw new NotSupportedException();

    /// <summary>Ends the loops and closes everything at once.</summary>
    public void Dispose() => throw new NotSupportedException();
}
