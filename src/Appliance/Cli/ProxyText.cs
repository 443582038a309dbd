using System.Globalization;
using System.Text.Json;

namespace Appliance.Cli;

/// <summary>The data plane's part of the status text: a line for each thing, and lines below it only for what wants a person's eye.</summary>
internal static class ProxyText
{
    private static readonly TimeSpan SoonExpiring = TimeSpan.FromDays(30);

    public static void Write(JsonElement status, DateTimeOffset now, TextWriter output)
    {
        foreach (JsonElement listener in StatusText.Items(status, "listeners")) WriteListener(listener, now, output);
        foreach (JsonElement upstream in StatusText.Items(status, "upstreams")) WriteUpstream(upstream, now, output);
        WriteOffload(Section(status, "offload"), output);
        if (Number(status, "log_dropped") > 0) StatusText.Row(output, "log", $"{Number(status, "log_dropped")} entries lost");
        if (Number(status, "access_log_dropped") > 0) StatusText.Row(output, "log", $"{Number(status, "access_log_dropped")} access lines lost");
    }

    private static void WriteListener(JsonElement listener, DateTimeOffset now, TextWriter output)
    {
        StatusText.Row(
            output,
            "listener",
            $"{StatusText.Text(listener, "name"),-12} {StatusText.Text(listener, "protocol"),-5} {StatusText.Text(listener, "address"),-24} "
            + $"{StatusText.Text(listener, "active_connections")} open, {StatusText.Text(listener, "accepted_connections")} accepted");
        Below(output, "refused: ", Counts(Section(Section(listener, "admission"), "refused")));
        Below(output, "PROXY headers refused: ", Counts(Section(listener, "refused_proxy_headers")));
        Below(output, "ClientHellos refused: ", Counts(Section(listener, "refused_client_hellos")));
        Below(output, "datagrams dropped: ", Counts(Section(Section(listener, "udp"), "dropped")));
        JsonElement tls = Section(listener, "tls");
        if (Number(tls, "failures") > 0) Below(output, "TLS handshakes failed: ", $"{Number(tls, "failures")}, completed {Number(tls, "handshakes")}");
        foreach (JsonElement certificate in StatusText.Items(tls, "certificates")) WriteExpiry(certificate, now, output);
    }

    private static void WriteExpiry(JsonElement certificate, DateTimeOffset now, TextWriter output)
    {
        if (Time(certificate, "not_after") is not { } end || end - now > SoonExpiring) return;
        string when = end <= now ? $"EXPIRED {StatusText.Spoken(now - end)} ago" : $"expires in {StatusText.Spoken(end - now)}";
        Below(output, "certificate ", $"{StatusText.Text(certificate, "name")} {when} ({StatusText.Text(certificate, "file")})");
    }

    private static void WriteUpstream(JsonElement upstream, DateTimeOffset now, TextWriter output)
    {
        string name = StatusText.Text(upstream, "name");
        string queue = Number(upstream, "queue_length") > 0 ? $", {Number(upstream, "queue_length")} queued" : "";
        string retries = Number(upstream, "retries") > 0 ? $", {Number(upstream, "retries")} retries" : "";
        StatusText.Row(
            output,
            "upstream",
            $"{name,-12} {StatusText.Text(upstream, "healthy_servers")} of {StatusText.Items(upstream, "servers").Count()} servers take requests{queue}{retries}");
        foreach (JsonElement server in StatusText.Items(upstream, "servers"))
        {
            StatusText.Row(
                output,
                "server",
                $"{name,-12} {StatusText.Text(server, "state"),-5} {StatusText.Text(server, "address"),-24} "
                + $"{StatusText.Text(server, "requests")} requests, {StatusText.Text(server, "failures")} failures");
            Below(output, "", string.Join("; ", Remarks(server, now)));
        }
    }

    private static IEnumerable<string> Remarks(JsonElement server, DateTimeOffset now)
    {
        string state = StatusText.Text(server, "state");
        if (state == "drain") yield return $"drained by the operator, {Number(server, "active_connections")} connections left";
        string since = state == "down" && Time(server, "since") is { } at ? $" for {StatusText.Spoken(now - at)}" : "";
        if (StatusText.Text(server, "reason") is { Length: > 0 } reason) yield return $"{state}{since}: {reason}";
        else if (since.Length > 0) yield return $"{state}{since}";
        if (StatusText.Text(server, "breaker") is "open" or "half-open") yield return $"circuit breaker {StatusText.Text(server, "breaker")}";
        if (state != "ejected" && Flag(server, "ejected")) yield return "ejected by passive checks";
        if (state != "drain" && Flag(server, "draining")) yield return "drained by the operator";
    }

    private static void WriteOffload(JsonElement offload, TextWriter output)
    {
        string state = StatusText.Text(offload, "state");
        if (state == "unavailable") StatusText.Row(output, "offload", "unavailable: offenders are refused one by one");
        if (state != "on") return;
        string failures = Number(offload, "failures") > 0 ? $", {Number(offload, "failures")} could not be added" : "";
        StatusText.Row(output, "offload", $"the kernel drops {Number(offload, "members")} clients, {Number(offload, "added")} added since start{failures}");
    }

    private static void Below(TextWriter output, string what, string text)
    {
        if (text.Length > 0) StatusText.Row(output, "", what + text);
    }

    private static string Counts(JsonElement counts) => counts.ValueKind == JsonValueKind.Object
        ? string.Join(", ", counts.EnumerateObject().Select(one => $"{one.Value.GetRawText()} {one.Name}"))
        : "";

    private static JsonElement Section(JsonElement parent, string name) =>
        parent.ValueKind == JsonValueKind.Object && parent.TryGetProperty(name, out JsonElement section) ? section : default;

    private static long Number(JsonElement parent, string name) =>
        Section(parent, name) is { ValueKind: JsonValueKind.Number } value && value.TryGetInt64(out long number) ? number : 0;

    private static bool Flag(JsonElement parent, string name) => Section(parent, name).ValueKind == JsonValueKind.True;

    private static DateTimeOffset? Time(JsonElement parent, string name) =>
        DateTimeOffset.TryParse(StatusText.Text(parent, name), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset at) ? at : null;
}
