using Appliance.Proxy.Listeners;
using Appliance.Proxy.Transport;
using Microsoft.Extensions.Logging;

namespace Appliance.Proxy.Layer7;

/// <summary>The local protocol: HTTP that is answered in this process.</summary>
internal sealed class LocalProtocolHandler(HttpLoop[] loops, ILogger log) : IConnectionHandler
{
    /// <inheritdoc/>
    public void Accept(Connection connection, Listener listener) =>
        _ = new LocalConnection(connection, listener, loops[connection.Loop.Number], log).RunAsync();
}
