using System.Text.Json;
using Appliance.Proxy.Configuration;

namespace Appliance.Configuration;

/// <summary>
/// The canonical form of listeners and upstreams (see <see cref="CanonicalConfig"/>). Records of single values stand as their own text, which
/// names every member; lists, whose text says nothing, are written out beside them.
/// </summary>
internal static class CanonicalTraffic
{
    /// <summary>Listeners by name: their order in the file means nothing, that of their routes does.</summary>
    public static void WriteListeners(Utf8JsonWriter writer, ApplianceConfig config)
    {
        writer.WriteStartArray();
        foreach (ListenerConfig listener in config.Listeners.OrderBy(l => l.Name, StringComparer.Ordinal))
        {
            writer.WriteStartArray();
            writer.WriteStringValue($"{listener.Name} {string.Join(' ', listener.Addresses)} {listener.Protocol} {listener.EnforcePolicies} {listener.OpenOnPolicyFailure}");
            writer.WriteStringValue($"{listener.Upstream} {listener.ProxyProtocol} {string.Join(' ', listener.TrustedProxies)}");
            writer.WriteStringValue($"{listener.Timeouts} {listener.Admission} {listener.Udp}");
            if (listener.Tls is { } tls)
            {
                // Which authorities sign clients matters to both nodes, where their files lie does not.
                writer.WriteStringValue($"{tls with { ClientCaFile = tls.ClientCaFile is null ? null : "given" }} {tls.Certificates.Length}");
            }

            WriteHttp(writer, listener);
            foreach (RouteConfig route in listener.Routes) WriteRoute(writer, route);
            writer.WriteEndArray();
        }

        writer.WriteEndArray();
    }

    /// <summary>Upstreams by name; the order of their servers is kept.</summary>
    public static void WriteUpstreams(Utf8JsonWriter writer, ApplianceConfig config)
    {
        writer.WriteStartArray();
        foreach (UpstreamConfig upstream in config.Upstreams.OrderBy(u => u.Name, StringComparer.Ordinal))
        {
            writer.WriteStartArray();
            writer.WriteStringValue($"{upstream.Name} {upstream.Balance} {upstream.HashKey} {upstream.Ejection} {upstream.CircuitBreaker} {upstream.Sticky}");
            writer.WriteStringValue($"{upstream.SlowStart} {upstream.ProxyProtocol} {upstream.Keepalive} {upstream.QueueTimeout}");
            writer.WriteStringValue($"{upstream.Retry} {string.Join(' ', upstream.Retry.OnStatuses)}");
            if (upstream.HealthCheck is { } check) writer.WriteStringValue($"{check} {string.Join(' ', check.Statuses)}");
            if (upstream.Tls is { } tls)
            {
                writer.WriteStringValue($"{tls.Verify} {tls.CaFile is null} {tls.ServerName} {tls.Certificate is null} {tls.MinimumVersion}");
            }

            foreach (ServerConfig server in upstream.Servers)
            {
                writer.WriteStringValue($"{ServerAddressKind.Text(server.Address)} {server.Weight} {server.Backup} {server.MaximumConnections}");
            }

            writer.WriteEndArray();
        }

        writer.WriteEndArray();
    }

    /// <summary>Where a node keeps its files, and the pages in them: its own affair, but a change of it is a change.</summary>
    public static void WriteFiles(Utf8JsonWriter writer, ApplianceConfig config)
    {
        writer.WriteStartArray();
        foreach (ListenerConfig listener in config.Listeners)
        {
            writer.WriteStringValue(listener.Tls is { } tls ? $"{tls.ClientCaFile} {string.Join(' ', tls.Certificates)}" : "");
            foreach ((int status, string file) in listener.ErrorPages) writer.WriteStringValue($"{status} {file}");
            foreach ((int status, ErrorPage page) in listener.Http.ErrorPages.OrderBy(p => p.Key)) writer.WriteBase64StringValue(page.Body.Span);
        }

        foreach (UpstreamConfig upstream in config.Upstreams) writer.WriteStringValue($"{upstream.Tls?.CaFile} {upstream.Tls?.Certificate}");
        writer.WriteEndArray();
    }

    private static void WriteHttp(Utf8JsonWriter writer, ListenerConfig listener)
    {
        HttpSettings http = listener.Http;
        writer.WriteStringValue($"{http.MaxBodySize} {http.MinimumBodyRate} {http.MaximumRequests} {http.Forwarded} {http.RedirectToHttpsPort}");
        writer.WriteStringValue(string.Join(' ', listener.ErrorPages.Select(p => p.Key).Order()));
        WriteEdits(writer, http.RequestHeaders);
        WriteEdits(writer, http.ResponseHeaders);
    }

    private static void WriteRoute(Utf8JsonWriter writer, RouteConfig route)
    {
        writer.WriteStringValue($"{route.PathPrefix} {route.Upstream} {string.Join(' ', route.Hosts.Order(StringComparer.Ordinal))}");
        writer.WriteStringValue($"{route.Redirect} {route.ReplacePrefix} {route.Host}");
        if (route.Response is { } response)
        {
            writer.WriteStringValue($"{response.Status} {response.ContentType}");
            writer.WriteBase64StringValue(response.Body.Span);
        }

        WriteEdits(writer, route.RequestHeaders);
        WriteEdits(writer, route.ResponseHeaders);
    }

    private static void WriteEdits(Utf8JsonWriter writer, HeaderEditSettings edits)
    {
        writer.WriteStartArray();
        foreach (KeyValuePair<string, string> field in edits.Set) writer.WriteStringValue($"{field.Key}: {field.Value}");
        foreach (string name in edits.Remove) writer.WriteStringValue(name);
        writer.WriteEndArray();
    }
}
