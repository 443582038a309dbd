using System.Globalization;
using System.Text.Json;

namespace Appliance.Cli;

/// <summary>The status document for people. Reads what is there and leaves out what is not: the daemon may be another version.</summary>
internal static class StatusText
{
    public static void Write(JsonElement status, DateTimeOffset now, TextWriter output)
    {
        Row(output, "node", $"{Text(status, "node")}, appliance {Text(status, "version")}");
        Row(output, "role", $"{Text(status, "role")}{Since(status, now)}{Because(status)}");
        WriteReadiness(status, output);
        WriteHa(status, now, output);
        WriteBundle(status, output);
        ProxyText.Write(status, now, output);
    }

    private static void WriteReadiness(JsonElement status, TextWriter output)
    {
        if (!status.TryGetProperty("ready", out JsonElement ready)) return;
        string reasons = status.TryGetProperty("not_ready", out JsonElement list) && list.ValueKind == JsonValueKind.Array
            ? string.Join("; ", list.EnumerateArray().Select(reason => reason.GetString()))
            : "";
        Row(output, "ready", ready.ValueKind == JsonValueKind.True ? "yes" : $"no: {reasons}");
    }

    private static void WriteHa(JsonElement status, DateTimeOffset now, TextWriter output)
    {
        if (status.TryGetProperty("peer", out JsonElement peer) && peer.ValueKind == JsonValueKind.Object)
        {
            Row(output, "peer", string.Join(", ", new[] { Text(peer, "node"), Text(peer, "state"), Text(peer, "role") }.Where(t => t.Length > 0)));
        }

        foreach (JsonElement group in Items(status, "groups"))
        {
            string addresses = string.Join(' ', Items(group, "virtual_addresses").Select(address => address.GetString()));
            string held = group.TryGetProperty("held", out JsonElement value) && value.ValueKind == JsonValueKind.True ? "held here" : "not held here";
            string role = Text(group, "role") is { Length: > 0 } text ? $", {text}{Because(group)}" : "";
            Row(output, "group", $"{Text(group, "virtual_router_id")}: {addresses}, {held}{role}");
        }

        WriteFlaps(status, now, output);

        foreach (JsonElement monitor in Items(status, "monitors"))
        {
            string verdict = monitor.TryGetProperty("ok", out JsonElement ok) && ok.ValueKind == JsonValueKind.True ? "ok" : "FAILED";
            Row(output, "monitor", $"{Text(monitor, "name")}: {verdict}{Prefixed(", ", Text(monitor, "detail"))}");
        }
    }

    private static void WriteFlaps(JsonElement status, DateTimeOffset now, TextWriter output)
    {
        if (status.TryGetProperty("flaps", out JsonElement flaps) && flaps.ValueKind == JsonValueKind.Object)
        {
            Row(output, "flaps", $"{Text(flaps, "count")} of {Text(flaps, "maximum")} allowed in {Text(flaps, "window_s")} s");
        }

        if (status.TryGetProperty("bypass", out JsonElement bypass) && bypass.ValueKind == JsonValueKind.Object)
        {
            string until = Text(bypass, "until") is { Length: > 0 } time ? $"until {time}" : "until `appliance ha reset`";
            Row(output, "bypass", $"{Text(bypass, "action")}{Since(bypass, now)}, {until}{Prefixed(": ", Text(bypass, "detail"))}");
        }

        if (status.TryGetProperty("heartbeat", out JsonElement beat) && beat.ValueKind == JsonValueKind.Object
            && beat.TryGetProperty("worst_of_last_hour_us", out JsonElement worst) && worst.TryGetDouble(out double us))
        {
            Row(output, "heartbeat", string.Create(CultureInfo.InvariantCulture, $"at most {us / 1000:0.###} ms late in the last hour"));
        }

        foreach (JsonElement warning in Items(status, "warnings")) Row(output, "WARNING", warning.GetString() ?? "");
    }

    private static void WriteBundle(JsonElement status, TextWriter output)
    {
        if (status.TryGetProperty("bundle", out JsonElement bundle) && bundle.ValueKind == JsonValueKind.Object)
        {
            string version = Text(bundle, "version");
            Row(output, "bundle", version.Length == 0 ? "none loaded" : $"version {version}, loaded {Text(bundle, "loaded_at")}{Origin(bundle)}");
            foreach (JsonElement active in Items(bundle, "overrides"))
            {
                Row(output, "override", $"{Text(active, "name")} until {Text(active, "expires_at")} (by {Text(active, "source")}): {Text(active, "reason")}");
            }

            if (Text(bundle, "error") is { Length: > 0 } error) Row(output, "", $"refused: {error}");
        }

        if (status.TryGetProperty("table", out JsonElement table) && table.ValueKind == JsonValueKind.Object)
        {
            Row(output, "table", $"{Text(table, "used")} of {Text(table, "slots")} slots used, {Text(table, "evicted")} evicted");
        }

        if (status.TryGetProperty("reload", out JsonElement reload) && Text(reload, "error") is { Length: > 0 } refused)
        {
            Row(output, "reload", $"refused at {Text(reload, "at")}: {refused}");
        }
    }

    private static string Since(JsonElement status, DateTimeOffset now)
    {
        if (!DateTimeOffset.TryParse(Text(status, "since"), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset since)) return "";
        return $" for {Spoken(now - since)}";
    }

    private static string Because(JsonElement status) => Prefixed(": ", Text(status, "reason"));

    private static string Origin(JsonElement bundle) => Text(bundle, "origin") switch
    {
        "archive" => " (last good copy)",
        "rollback" => $" (rolled back at {Text(bundle, "rolled_back_at")})",
        _ => "",
    };

    /// <summary>A span of time in its two largest units; below zero: none.</summary>
    internal static string Spoken(TimeSpan age)
    {
        if (age < TimeSpan.Zero) age = TimeSpan.Zero;
        return age.TotalDays >= 1 ? $"{(int)age.TotalDays} d {age.Hours} h" : age.TotalHours >= 1 ? $"{age.Hours} h {age.Minutes} min"
            : age.TotalMinutes >= 1 ? $"{age.Minutes} min {age.Seconds} s" : $"{age.Seconds} s";
    }

    internal static string Prefixed(string prefix, string text) => text.Length == 0 ? "" : prefix + text;

    internal static void Row(TextWriter output, string name, string text) => output.WriteLine($"{name,-9} {text}");

    internal static JsonElement.ArrayEnumerator Items(JsonElement parent, string name) =>
        parent.ValueKind == JsonValueKind.Object && parent.TryGetProperty(name, out JsonElement list) && list.ValueKind == JsonValueKind.Array
            ? list.EnumerateArray()
            : default;

    internal static string Text(JsonElement parent, string name)
    {
        if (parent.ValueKind != JsonValueKind.Object || !parent.TryGetProperty(name, out JsonElement value)) return "";
        return value.ValueKind switch
        {
            JsonValueKind.String => value.GetString() ?? "",
            JsonValueKind.Number => value.GetRawText(),
            _ => "",
        };
    }
}
