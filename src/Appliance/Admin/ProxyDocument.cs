using System.Text.Json;
using Appliance.Proxy;
using Appliance.Proxy.Tls;

namespace Appliance.Admin;

/// <summary>The data plane's part of the status document: listeners, upstreams, offload, loops.</summary>
internal static class ProxyDocument
{
    public static void Write(Utf8JsonWriter json, ProxyStatus proxy)
    {
        json.WriteStartArray("listeners"u8);
        foreach (ListenerStatus listener in proxy.Listeners) WriteListener(json, listener);
        json.WriteEndArray();
        json.WriteStartArray("upstreams"u8);
        foreach (UpstreamStatus upstream in proxy.Upstreams) WriteUpstream(json, upstream);
        json.WriteEndArray();
        json.WriteStartObject("offload"u8);
        json.WriteString("state"u8, proxy.Offload.State);
        json.WriteNumber("members"u8, proxy.Offload.Members);
        json.WriteNumber("added"u8, proxy.Offload.Added);
        json.WriteNumber("failures"u8, proxy.Offload.Failures);
        json.WriteEndObject();
        json.WriteStartArray("loops"u8);
        foreach (LoopStatus loop in proxy.Loops) WriteLoop(json, loop);
        json.WriteEndArray();
    }

    private static void WriteListener(Utf8JsonWriter json, ListenerStatus listener)
    {
        json.WriteStartObject();
        json.WriteString("name"u8, listener.Name);
        json.WriteString("address"u8, listener.Address);
        json.WriteString("protocol"u8, listener.Protocol);
        json.WriteNumber("active_connections"u8, listener.ActiveConnections);
        json.WriteNumber("accepted_connections"u8, listener.AcceptedConnections);
        json.WriteNumber("requests"u8, listener.Requests.Sum());
        json.WriteStartObject("answers"u8);
        for (int status = 1; status < listener.Requests.Length; status++) json.WriteNumber($"{status}xx", listener.Requests[status]);
        json.WriteEndObject();
        json.WriteNumber("rejected"u8, listener.RejectedByPolicy);
        json.WriteNumber("received_bytes"u8, listener.ReceivedBytes);
        json.WriteNumber("sent_bytes"u8, listener.SentBytes);
        WriteAdmission(json, listener.Admission);
        WriteCounts(json, "refused_proxy_headers", listener.RefusedProxyHeaders.Select(one => (SnakeCase.Of(one.Key), one.Value)));
        WriteCounts(json, "refused_client_hellos", listener.RefusedClientHellos.Select(one => (SnakeCase.Of(one.Key), one.Value)));
        if (!listener.Certificates.IsEmpty) WriteTls(json, listener);
        if (listener.Udp is { } udp) WriteUdp(json, udp);
        json.WriteEndObject();
    }

    private static void WriteAdmission(Utf8JsonWriter json, AdmissionStatus admission)
    {
        json.WriteStartObject("admission"u8);
        WriteCounts(json, "refused", SnakeCase.Counts<AdmissionRule>(admission.Refused, first: 1));
        json.WriteNumber("untracked"u8, admission.Untracked);
        json.WriteNumber("forgotten"u8, admission.Forgotten);
        json.WriteNumber("offences"u8, admission.Offences);
        json.WriteEndObject();
    }

    private static void WriteTls(Utf8JsonWriter json, ListenerStatus listener)
    {
        json.WriteStartObject("tls"u8);
        json.WriteNumber("handshakes"u8, listener.TlsHandshakes);
        json.WriteNumber("resumed"u8, listener.TlsResumed);
        json.WriteNumber("failures"u8, listener.TlsFailures);
        json.WriteStartArray("certificates"u8);
        foreach (CertificateStatus certificate in listener.Certificates)
        {
            json.WriteStartObject();
            json.WriteString("name"u8, certificate.Name);
            json.WriteString("file"u8, certificate.File);
            json.WriteString("not_after"u8, StatusDocument.Time(certificate.NotAfter));
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteUdp(Utf8JsonWriter json, UdpStatus udp)
    {
        json.WriteStartObject("udp"u8);
        json.WriteNumber("datagrams_received"u8, udp.DatagramsFromClients);
        json.WriteNumber("datagrams_sent"u8, udp.DatagramsToClients);
        WriteCounts(json, "dropped", SnakeCase.Counts<UdpDropReason>(udp.Dropped, first: 0));
        json.WriteEndObject();
    }

    /// <summary>By reason; those that never occurred are left out.</summary>
    private static void WriteCounts(Utf8JsonWriter json, string name, IEnumerable<(string Reason, long Count)> counts)
    {
        json.WriteStartObject(name);
        foreach ((string reason, long count) in counts.Where(one => one.Count > 0).OrderBy(one => one.Reason, StringComparer.Ordinal)) json.WriteNumber(reason, count);
        json.WriteEndObject();
    }

    private static void WriteUpstream(Utf8JsonWriter json, UpstreamStatus upstream)
    {
        json.WriteStartObject();
        json.WriteString("name"u8, upstream.Name);
        json.WriteNumber("healthy_servers"u8, upstream.HealthyServers);
        json.WriteNumber("queue_length"u8, upstream.QueueLength);
        json.WriteNumber("retries"u8, upstream.Retries);
        json.WriteStartArray("servers"u8);
        foreach (ServerStatus server in upstream.Servers) WriteServer(json, server);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteServer(Utf8JsonWriter json, ServerStatus server)
    {
        json.WriteStartObject();
        json.WriteString("address"u8, server.Address);
        json.WriteString("state"u8, server.State);
        json.WriteString("health"u8, server.Health);
        json.WriteString("reason"u8, server.Reason);
        if (server.Since is { } since) json.WriteString("since"u8, StatusDocument.Time(since));
        json.WriteString("breaker"u8, server.Breaker);
        json.WriteBoolean("draining"u8, server.Draining);
        json.WriteBoolean("ejected"u8, server.Ejected);
        json.WriteNumber("active_connections"u8, server.ActiveConnections);
        json.WriteNumber("idle_connections"u8, server.IdleConnections);
        json.WriteNumber("under_way"u8, server.UnderWay);
        json.WriteNumber("requests"u8, server.Requests);
        json.WriteNumber("failures"u8, server.Failures);
        json.WriteNumber("checks_ok"u8, server.ChecksOk);
        json.WriteNumber("checks_failed"u8, server.ChecksFailed);
        json.WriteEndObject();
    }

    private static void WriteLoop(Utf8JsonWriter json, LoopStatus loop)
    {
        json.WriteStartObject();
        json.WriteNumber("number"u8, loop.Number);
        json.WriteNumber("turns"u8, loop.Turns);
        json.WriteNumber("connections"u8, loop.Connections);
        json.WriteNumber("buffer_bytes"u8, loop.BufferBytes);
        json.WriteEndObject();
    }
}
