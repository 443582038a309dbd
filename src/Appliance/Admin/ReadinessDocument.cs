using System.Globalization;
using System.Text.Json;
using Appliance.Hosting;
using Appliance.Proxy;

namespace Appliance.Admin;

/// <summary>`/readyz`: 200, or 503 with every reason.</summary>
internal static class ReadinessDocument
{
    public static void Answer(LocalExchange exchange, DaemonSnapshot daemon)
    {
        bool ready = daemon.NotReady.Length == 0;
        exchange.Status = ready ? 200 : 503;
        exchange.ContentType = "application/json";
        using var json = new Utf8JsonWriter(exchange.Output);
        json.WriteStartObject();
        json.WriteString("status"u8, ready ? "ready" : "not_ready");
        if (!ready)
        {
            json.WriteString("reason"u8, daemon.NotReady[0]);
            json.WriteStartArray("reasons"u8);
            foreach (string reason in daemon.NotReady) json.WriteStringValue(reason);
            json.WriteEndArray();
        }

        json.WriteString("role"u8, daemon.Role);
        if (daemon.Bundle is { } bundle)
        {
            json.WriteString("policy_version"u8, bundle.Version.ToString(CultureInfo.InvariantCulture));
            json.WriteString("policy_hash"u8, bundle.Sha256);
            if (daemon.PolicyFile?.LoadedAt is { } at) json.WriteNumber("last_config_update"u8, at.ToUnixTimeSeconds());
        }

        json.WriteEndObject();
    }
}
