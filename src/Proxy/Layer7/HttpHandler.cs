using Appliance.Limiter;
using Appliance.Proxy.Listeners;
using Appliance.Proxy.Transport;
using Microsoft.Extensions.Logging;

namespace Appliance.Proxy.Layer7;

/// <summary>The http protocol: connections whose requests go to upstreams.</summary>
internal sealed class HttpHandler(HttpLoop[] loops, PolicyEngine? policies, DelayedRequests delayed, ILogger log) : IConnectionHandler
{
    /// <inheritdoc/>
    public void Accept(Connection connection, Listener listener) =>
        _ = new ProxyConnection(connection, listener, loops[connection.Loop.Number], policies, delayed, log).RunAsync();
}
