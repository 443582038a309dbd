using System.Collections.Immutable;
using System.Globalization;
using Appliance.Proxy;

namespace Appliance.Admin;

/// <summary>
/// Families of the data plane: one table per kind of thing. Labels are names from the config, so their number is bounded by it.
/// </summary>
internal static class ProxyMetrics
{
    private static readonly string[] Classes = ["", "1xx", "2xx", "3xx", "4xx", "5xx"];

    private static readonly ImmutableArray<MetricFamily<ListenerStatus>> Listeners =
    [
        MetricFamily<ListenerStatus>.Gauge("appliance_listener_connections", "Client connections open now.", l => l.ActiveConnections),
        MetricFamily<ListenerStatus>.Counter("appliance_listener_connections_total", "Client connections accepted.", l => l.AcceptedConnections),
        new("appliance_http_requests_total", true, "HTTP requests answered, by status class.", Requests),
        MetricFamily<ListenerStatus>.Counter("appliance_listener_received_bytes_total", "Bytes received from clients.", l => l.ReceivedBytes),
        MetricFamily<ListenerStatus>.Counter("appliance_listener_sent_bytes_total", "Bytes sent to clients.", l => l.SentBytes),
        MetricFamily<ListenerStatus>.Counter("appliance_listener_rejected_total", "Requests answered 429 by a policy.", l => l.RejectedByPolicy),
    ];

    private static readonly ImmutableArray<MetricFamily<ServerStatus>> Servers =
    [
        MetricFamily<ServerStatus>.Gauge("appliance_upstream_server_up", "1 while the server is used, 0 while connecting to it fails.", s => s.State == "up" ? 1 : 0),
        new("appliance_upstream_connections", false, "Connections to the server now, by state.",
            s => [("state", "active", s.ActiveConnections), ("state", "idle", s.IdleConnections)]),
        MetricFamily<ServerStatus>.Counter("appliance_upstream_requests_total", "Requests or tunnels sent to the server.", s => s.Requests),
        MetricFamily<ServerStatus>.Counter("appliance_upstream_failures_total", "Connections to the server refused, reset or timed out.", s => s.Failures),
    ];

    private static readonly ImmutableArray<MetricFamily<LoopStatus>> Loops =
    [
        MetricFamily<LoopStatus>.Counter("appliance_loop_turns_total", "Turns of the event loop; a standstill means a stalled loop.", l => l.Turns),
        MetricFamily<LoopStatus>.Gauge("appliance_loop_connections", "Sockets the event loop owns.", l => l.Connections),
        MetricFamily<LoopStatus>.Gauge("appliance_loop_buffer_bytes", "Memory of the event loop's buffer pool.", l => l.BufferBytes),
    ];

    /// <summary>Writes every family that has a sample.</summary>
    public static void Write(MetricsWriter metrics, ProxyStatus status)
    {
        (ListenerStatus, (string, string)[])[] listeners = [.. status.Listeners.Select(l => (l, (ValueTuple<string, string>[])[("listener", l.Name)]))];
        foreach (MetricFamily<ListenerStatus> family in Listeners) family.Write(metrics, listeners);

        (ServerStatus, (string, string)[])[] servers =
        [
            .. status.Upstreams.SelectMany(
                u => u.Servers, (u, s) => (s, (ValueTuple<string, string>[])[("upstream", u.Name), ("server", s.Address)])),
        ];
        foreach (MetricFamily<ServerStatus> family in Servers) family.Write(metrics, servers);

        (LoopStatus, (string, string)[])[] loops =
            [.. status.Loops.Select(l => (l, (ValueTuple<string, string>[])[("loop", l.Number.ToString(CultureInfo.InvariantCulture))]))];
        foreach (MetricFamily<LoopStatus> family in Loops) family.Write(metrics, loops);
    }

    private static IEnumerable<(string Label, string Value, double Number)> Requests(ListenerStatus listener) =>
        Enumerable.Range(1, Math.Min(Classes.Length, listener.Requests.Length) - 1).Select(at => ("code", Classes[at], (double)listener.Requests[at]));
}
