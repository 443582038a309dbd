using System.Buffers;
using System.Globalization;
using System.Text.Json;
using Appliance.Hosting;
using Appliance.Limiter;
using Appliance.Policies;
using Appliance.Proxy;

namespace Appliance.Admin;

/// <summary>`/v1/status` and `appliance status --json`: the document of product.md section 5, for what this version has.</summary>
internal static class StatusDocument
{
    public static void Answer(LocalExchange exchange, DaemonSnapshot daemon)
    {
        exchange.ContentType = "application/json";
        using var json = new Utf8JsonWriter(exchange.Output);
        Write(json, daemon);
    }

    public static void Write(Utf8JsonWriter json, DaemonSnapshot daemon)
    {
        json.WriteStartObject();
        json.WriteString("node"u8, daemon.Node);
        json.WriteString("version"u8, daemon.Version);
        json.WriteString("role"u8, daemon.Role);
        json.WriteString("reason"u8, daemon.Ha?.Reason ?? "no ha section in the config");
        json.WriteString("since"u8, Time(daemon.Ha?.Since ?? daemon.StartedAt));
        json.WriteBoolean("ready"u8, daemon.NotReady.Length == 0);
        json.WriteStartArray("not_ready"u8);
        foreach (string reason in daemon.NotReady) json.WriteStringValue(reason);
        json.WriteEndArray();
        HaDocument.Write(json, daemon.Ha);
        if (daemon.PolicyFile is { } file) WriteBundle(json, file, daemon);
        if (daemon.Table is { } table) WriteTable(json, table);
        WriteReload(json, daemon.LastReload);
        ProxyDocument.Write(json, daemon.Proxy);
        json.WriteNumber("log_dropped"u8, daemon.LogDropped);
        json.WriteNumber("access_log_dropped"u8, daemon.AccessLogDropped);
        json.WriteEndObject();
    }

    /// <summary>The document by itself, for commands of the operator's.</summary>
    public static ReadOnlyMemory<byte> Bytes(DaemonSnapshot daemon)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer)) Write(json, daemon);
        return buffer.WrittenMemory;
    }

    internal static string Time(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    private static void WriteBundle(Utf8JsonWriter json, PolicyFileStatus file, DaemonSnapshot daemon)
    {
        PolicySnapshot? bundle = daemon.Bundle;
        json.WriteStartObject("bundle"u8);
        if (bundle is not null)
        {
            json.WriteNumber("version"u8, bundle.Version);
            json.WriteString("hash"u8, bundle.Sha256);
            json.WriteNumber("policies"u8, bundle.PolicyCount);
            json.WriteNumber("rules"u8, bundle.RuleCount);
            json.WriteString("origin"u8, file.RolledBackAt is not null ? "rollback" : file.FromArchive ? "archive" : "file");
        }

        if (file.LoadedAt is { } at) json.WriteString("loaded_at"u8, Time(at));
        if (file.RolledBackAt is { } back) json.WriteString("rolled_back_at"u8, Time(back));
        json.WriteString("error"u8, file.Error);
        json.WritePropertyName("kept"u8);
        KeptBundles.Write(json, daemon.KeptBundles, bundle?.Sha256);
        json.WriteStartArray("overrides"u8);
        foreach (ActiveOverride active in daemon.Overrides)
        {
            json.WriteStartObject();
            json.WriteString("name"u8, active.Name);
            json.WriteString("source"u8, active.Source);
            json.WriteString("reason"u8, active.Reason);
            json.WriteString("expires_at"u8, Time(active.ExpiresAt));
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteTable(Utf8JsonWriter json, LimiterTableStatus table)
    {
        json.WriteStartObject("table"u8);
        json.WriteNumber("slots"u8, table.Slots);
        json.WriteNumber("used"u8, table.Used);
        json.WriteNumber("evicted"u8, table.Evicted);
        json.WriteNumber("full"u8, table.TableFull);
        json.WriteBoolean("locked"u8, table.Locked);
        json.WriteEndObject();
    }

    private static void WriteReload(Utf8JsonWriter json, ReloadReport? reload)
    {
        if (reload is null) return;
        json.WriteStartObject("reload"u8);
        json.WriteString("at"u8, Time(reload.At));
        json.WriteString("error"u8, reload.Code == Cli.ExitCode.Ok ? null : reload.Text);
        json.WriteEndObject();
    }
}
