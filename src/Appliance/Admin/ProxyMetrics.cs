using System.Collections.Immutable;
using System.Globalization;
using Appliance.Proxy;
using Appliance.Proxy.Tls;

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
        new("appliance_admission_refused_total", true, "Connections and datagram sessions refused before a byte was parsed, by rule.", Refused),
        Traffic("appliance_admission_untracked_total", "Connections admitted without the client's own limits, for want of room in the table.", l => l.Admission.Untracked),
        Traffic("appliance_admission_forgotten_total", "Clients whose debt was forgotten to make room for others.", l => l.Admission.Forgotten),
        Traffic("appliance_admission_offences_total", "Clients reported to the kernel's set of offenders.", l => l.Admission.Offences),
        new("appliance_proxy_headers_refused_total", true, "Connections closed for their PROXY protocol header, by reason.", l => Reasons(l.RefusedProxyHeaders)),
        new("appliance_client_hellos_refused_total", true, "Connections closed because their ClientHello led to no upstream, by reason.", l => Reasons(l.RefusedClientHellos)),
        Tls("appliance_tls_handshakes_total", "TLS handshakes completed.", l => l.TlsHandshakes),
        Tls("appliance_tls_handshakes_resumed_total", "TLS handshakes completed that resumed a session.", l => l.TlsResumed),
        Tls("appliance_tls_handshakes_failed_total", "TLS handshakes that failed or took too long.", l => l.TlsFailures),
        new("appliance_udp_datagrams_total", true, "Datagrams of a udp listener, by direction.",
            l => l.Udp is { } udp ? [("direction", "received", udp.DatagramsFromClients), ("direction", "sent", udp.DatagramsToClients)] : []),
        new("appliance_udp_dropped_total", true, "Datagrams dropped, by reason.",
            l => l.Udp is { } udp ? SnakeCase.Counts<UdpDropReason>(udp.Dropped, first: 0).Select(one => ("reason", one.Name, (double)one.Count)) : []),
    ];

    private static readonly ImmutableArray<MetricFamily<CertificateStatus>> Certificates =
    [
        MetricFamily<CertificateStatus>.Gauge("appliance_tls_certificate_expiry_seconds", "When the certificate expires, in seconds since 1970.", c => c.NotAfter.ToUnixTimeSeconds()),
    ];

    private static readonly ImmutableArray<MetricFamily<UpstreamStatus>> Upstreams =
    [
        MetricFamily<UpstreamStatus>.Gauge("appliance_upstream_healthy_servers", "Servers that would get a request now.", u => u.HealthyServers),
        MetricFamily<UpstreamStatus>.Gauge("appliance_upstream_queue_length", "Requests that wait for a server with a free connection.", u => u.QueueLength),
        MetricFamily<UpstreamStatus>.Counter("appliance_upstream_retries_total", "Tries of requests after the first.", u => u.Retries),
    ];

    private static readonly ImmutableArray<MetricFamily<ServerStatus>> Servers =
    [
        MetricFamily<ServerStatus>.Gauge("appliance_upstream_server_up", "1 while the server's state is up.", s => s.State == "up" ? 1 : 0),
        new("appliance_upstream_connections", false, "Connections to the server now, by state.",
            s => [("state", "active", s.ActiveConnections), ("state", "idle", s.IdleConnections)]),
        MetricFamily<ServerStatus>.Counter("appliance_upstream_requests_total", "Requests or tunnels sent to the server.", s => s.Requests),
        MetricFamily<ServerStatus>.Counter("appliance_upstream_failures_total", "Connections to the server refused, reset or timed out.", s => s.Failures),
        new("appliance_upstream_server_state", false, "1 for the server's state.", s => OneOf(s.State, "up", "down", "drain", "ejected")),
        new("appliance_upstream_server_health", false, "1 for what active checks say.", s => s.Health == "none" ? [] : OneOf(s.Health, "up", "down", "unchecked")),
        new("appliance_upstream_breaker_state", false, "1 for the circuit breaker's state.", s => s.Breaker == "none" ? [] : OneOf(s.Breaker, "closed", "open", "half-open")),
        MetricFamily<ServerStatus>.Gauge("appliance_upstream_server_draining", "1 while the operator has taken the server out of rotation.", s => s.Draining ? 1 : 0),
        MetricFamily<ServerStatus>.Gauge("appliance_upstream_server_ejected", "1 while passive checks leave the server out.", s => s.Ejected ? 1 : 0),
        MetricFamily<ServerStatus>.Gauge("appliance_upstream_requests_under_way", "Requests under way, where they are counted: servers with a limit, methods that compare.", s => s.UnderWay),
        new("appliance_upstream_checks_total", true, "Active checks by result.",
            s => s.Health == "none" ? [] : [("result", "ok", s.ChecksOk), ("result", "failed", s.ChecksFailed)]),
        new("appliance_upstream_health_changed_seconds", false, "When checks last changed their mind, in seconds since 1970.",
            s => s.Since is { } since ? [("", "", since.ToUnixTimeMilliseconds() / 1000.0)] : []),
    ];

    private static readonly ImmutableArray<MetricFamily<LoopStatus>> Loops =
    [
        MetricFamily<LoopStatus>.Counter("appliance_loop_turns_total", "Turns of the event loop; a standstill means a stalled loop.", l => l.Turns),
        MetricFamily<LoopStatus>.Gauge("appliance_loop_connections", "Sockets the event loop owns.", l => l.Connections),
        MetricFamily<LoopStatus>.Gauge("appliance_loop_buffer_bytes", "Memory of the event loop's buffer pool.", l => l.BufferBytes),
    ];

    private static readonly ImmutableArray<MetricFamily<OffloadStatus>> Offload =
    [
        new("appliance_offload_state", false, "1 for the state of the kernel's set of offenders.", o => OneOf(o.State, "off", "on", "unavailable")),
        MetricFamily<OffloadStatus>.Gauge("appliance_offload_members", "Clients whose packets the kernel drops now.", o => o.Members),
        MetricFamily<OffloadStatus>.Counter("appliance_offload_added_total", "Clients put into the kernel's set; a renewal counts again.", o => o.Added),
        MetricFamily<OffloadStatus>.Counter("appliance_offload_failures_total", "Clients that could not be put there.", o => o.Failures),
    ];

    /// <summary>Writes every family that has a sample.</summary>
    public static void Write(MetricsWriter metrics, ProxyStatus status)
    {
        (ListenerStatus, (string, string)[])[] listeners = [.. status.Listeners.Select(l => (l, (ValueTuple<string, string>[])[("listener", l.Name)]))];
        foreach (MetricFamily<ListenerStatus> family in Listeners) family.Write(metrics, listeners);

        // One file can be named twice in a listener; Prometheus refuses a page with the same series twice.
        (CertificateStatus, (string, string)[])[] certificates =
        [
            .. status.Listeners.SelectMany(
                l => l.Certificates.DistinctBy(c => c.File),
                (l, c) => (c, (ValueTuple<string, string>[])[("listener", l.Name), ("certificate", c.Name), ("file", c.File)])),
        ];
        foreach (MetricFamily<CertificateStatus> family in Certificates) family.Write(metrics, certificates);

        (UpstreamStatus, (string, string)[])[] upstreams = [.. status.Upstreams.Select(u => (u, (ValueTuple<string, string>[])[("upstream", u.Name)]))];
        foreach (MetricFamily<UpstreamStatus> family in Upstreams) family.Write(metrics, upstreams);

        (ServerStatus, (string, string)[])[] servers =
        [
            .. status.Upstreams.SelectMany(
                u => u.Servers, (u, s) => (s, (ValueTuple<string, string>[])[("upstream", u.Name), ("server", s.Address)])),
        ];
        foreach (MetricFamily<ServerStatus> family in Servers) family.Write(metrics, servers);

        (LoopStatus, (string, string)[])[] loops =
            [.. status.Loops.Select(l => (l, (ValueTuple<string, string>[])[("loop", l.Number.ToString(CultureInfo.InvariantCulture))]))];
        foreach (MetricFamily<LoopStatus> family in Loops) family.Write(metrics, loops);
        metrics.Gauge("appliance_delayed_requests", "Requests that wait now because a policy delays them.");
        metrics.Sample(status.DelayedRequests);
        foreach (MetricFamily<OffloadStatus> family in Offload) family.Write(metrics, [(status.Offload, [])]);
    }

    /// <summary>A counter of listeners that carry traffic; admin and control addresses have no such thing.</summary>
    private static MetricFamily<ListenerStatus> Traffic(string name, string help, Func<ListenerStatus, double> number) =>
        new(name, true, help, listener => listener.Protocol == "local" ? [] : [("", "", number(listener))]);

    /// <summary>A counter of listeners with certificates.</summary>
    private static MetricFamily<ListenerStatus> Tls(string name, string help, Func<ListenerStatus, double> number) =>
        new(name, true, help, listener => listener.Certificates.IsEmpty ? [] : [("", "", number(listener))]);

    private static IEnumerable<(string Label, string Value, double Number)> Refused(ListenerStatus listener) => listener.Protocol == "local"
        ? []
        : SnakeCase.Counts<AdmissionRule>(listener.Admission.Refused, first: 1).Select(one => ("rule", one.Name, (double)one.Count));

    private static IEnumerable<(string Label, string Value, double Number)> Reasons(ImmutableDictionary<string, long> counts) =>
        counts.OrderBy(one => one.Key, StringComparer.Ordinal).Select(one => ("reason", SnakeCase.Of(one.Key), (double)one.Value));

    private static IEnumerable<(string Label, string Value, double Number)> OneOf(string state, params string[] states) =>
        states.Select(one => ("state", one, one == state ? 1.0 : 0.0));

    private static IEnumerable<(string Label, string Value, double Number)> Requests(ListenerStatus listener) =>
        Enumerable.Range(1, Math.Min(Classes.Length, listener.Requests.Length) - 1).Select(at => ("code", Classes[at], (double)listener.Requests[at]));
}
