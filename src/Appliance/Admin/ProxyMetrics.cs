using Appliance.Proxy;

namespace Appliance.Admin;

/// <summary>Families of the data plane. Labels are names from the config, so their number is bounded by it.</summary>
internal static class ProxyMetrics
{
    private static readonly string[] Classes = ["", "1xx", "2xx", "3xx", "4xx", "5xx"];

    public static void Write(MetricsWriter metrics, ProxyStatus status)
    {
        WriteListeners(metrics, status);
        WriteServers(metrics, status);
        WriteLoops(metrics, status);
    }

    private static void WriteListeners(MetricsWriter metrics, ProxyStatus status)
    {
        metrics.Gauge("appliance_listener_connections", "Client connections open now.");
        foreach (ListenerStatus listener in status.Listeners) metrics.Sample(listener.ActiveConnections, Of(listener));
        metrics.Counter("appliance_listener_connections_total", "Client connections accepted.");
        foreach (ListenerStatus listener in status.Listeners) metrics.Sample(listener.AcceptedConnections, Of(listener));
        metrics.Counter("appliance_http_requests_total", "HTTP requests answered, by status class.");
        foreach (ListenerStatus listener in status.Listeners)
        {
            for (int code = 1; code < Classes.Length && code < listener.Requests.Length; code++)
            {
                metrics.Sample(listener.Requests[code], Of(listener), ("code", Classes[code]));
            }
        }

        metrics.Counter("appliance_listener_received_bytes_total", "Bytes received from clients.");
        foreach (ListenerStatus listener in status.Listeners) metrics.Sample(listener.ReceivedBytes, Of(listener));
        metrics.Counter("appliance_listener_sent_bytes_total", "Bytes sent to clients.");
        foreach (ListenerStatus listener in status.Listeners) metrics.Sample(listener.SentBytes, Of(listener));
        metrics.Counter("appliance_listener_rejected_total", "Requests answered 429 by a policy.");
        foreach (ListenerStatus listener in status.Listeners) metrics.Sample(listener.RejectedByPolicy, Of(listener));
    }

    private static void WriteServers(MetricsWriter metrics, ProxyStatus status)
    {
        metrics.Gauge("appliance_upstream_server_up", "1 while the server is used, 0 while connecting to it fails.");
        foreach ((string upstream, ServerStatus server) in Servers(status)) metrics.Sample(server.State == "up" ? 1 : 0, Of(upstream), Of(server));
        metrics.Gauge("appliance_upstream_connections", "Connections to the server now, by state.");
        foreach ((string upstream, ServerStatus server) in Servers(status))
        {
            metrics.Sample(server.ActiveConnections, Of(upstream), Of(server), ("state", "active"));
            metrics.Sample(server.IdleConnections, Of(upstream), Of(server), ("state", "idle"));
        }

        metrics.Counter("appliance_upstream_requests_total", "Requests or tunnels sent to the server.");
        foreach ((string upstream, ServerStatus server) in Servers(status)) metrics.Sample(server.Requests, Of(upstream), Of(server));
        metrics.Counter("appliance_upstream_failures_total", "Connections to the server refused, reset or timed out.");
        foreach ((string upstream, ServerStatus server) in Servers(status)) metrics.Sample(server.Failures, Of(upstream), Of(server));
    }

    private static void WriteLoops(MetricsWriter metrics, ProxyStatus status)
    {
        metrics.Counter("appliance_loop_turns_total", "Turns of the event loop; a standstill means a stalled loop.");
        foreach (LoopStatus loop in status.Loops) metrics.Sample(loop.Turns, Of(loop));
        metrics.Gauge("appliance_loop_connections", "Sockets the event loop owns.");
        foreach (LoopStatus loop in status.Loops) metrics.Sample(loop.Connections, Of(loop));
        metrics.Gauge("appliance_loop_buffer_bytes", "Memory of the event loop's buffer pool.");
        foreach (LoopStatus loop in status.Loops) metrics.Sample(loop.BufferBytes, Of(loop));
    }

    private static IEnumerable<(string Upstream, ServerStatus Server)> Servers(ProxyStatus status) =>
        status.Upstreams.SelectMany(upstream => upstream.Servers, (upstream, server) => (upstream.Name, server));

    private static (string Name, string Value) Of(ListenerStatus listener) => ("listener", listener.Name);

    private static (string Name, string Value) Of(string upstream) => ("upstream", upstream);

    private static (string Name, string Value) Of(ServerStatus server) => ("server", server.Address);

    private static (string Name, string Value) Of(LoopStatus loop) => ("loop", loop.Number.ToString(System.Globalization.CultureInfo.InvariantCulture));
}
