using System.Text;
using Appliance.Proxy.Configuration;
using Appliance.Proxy.Upstreams;

namespace Appliance.Proxy.Layer7;

/// <summary>One compiled route: what it matches, and what is done with the request. Immutable, shared by the loops.</summary>
internal sealed class Route
{
    private Route(RouteSettings settings, HttpSettings http, UpstreamPool? pool)
    {
        Hosts = [.. settings.Hosts.Select(Encoding.ASCII.GetBytes)];
        Prefix = PercentEncoding.EncodePrefix(settings.PathPrefix);
        Pool = pool;
        UpstreamName = JsonText.Escape(settings.Upstream ?? string.Empty, AccessLog.NameLimit);
        RequestEdits = HeaderEdits.Merge(http.RequestHeaders, settings.RequestHeaders);
        ResponseEdits = HeaderEdits.Merge(settings.ResponseHeaders, http.ResponseHeaders);
        Rewrite = settings.ReplacePrefix is { } replacement ? new PathRewrite(settings.PathPrefix, replacement) : null;
        Host = settings.Host is { } host ? TextTemplate.Parse(host, TemplateVariable.Server) : null;
        Redirect = settings.Redirect is { } redirect ? new RedirectAction(redirect) : null;
        Response = settings.Response is { } response ? new FixedBody(response.Status, response.ContentType, response.Body) : null;
    }

    /// <summary>Lower-case hosts, or `*.suffix`; empty: any.</summary>
    internal byte[][] Hosts { get; }

    /// <summary>Normalised, without a slash at its end; empty: any path.</summary>
    internal byte[] Prefix { get; }

    /// <summary>Where requests go; null: they are answered here.</summary>
    internal UpstreamPool? Pool { get; }

    /// <summary>The pool's name as JSON text.</summary>
    internal byte[] UpstreamName { get; }

    /// <summary>Answer with a redirect.</summary>
    internal RedirectAction? Redirect { get; }

    /// <summary>Answer with this.</summary>
    internal FixedBody? Response { get; }

    /// <summary>Replaces the prefix in what goes upstream; null: it goes as it came.</summary>
    internal PathRewrite? Rewrite { get; }

    /// <summary>What Host says upstream; null: as it came.</summary>
    internal TextTemplate? Host { get; }

    /// <summary>The listener's edits of requests, then the route's; null: none.</summary>
    internal HeaderEdits? RequestEdits { get; }

    /// <summary>The route's edits of responses, then the listener's; null: none.</summary>
    internal HeaderEdits? ResponseEdits { get; }

    /// <summary>Compiles.</summary>
    /// <param name="settings">As validated.</param>
    /// <param name="http">The listener's part.</param>
    /// <param name="pool">The pool that the route names.</param>
    internal static Route Compile(RouteSettings settings, HttpSettings http, UpstreamPool? pool) => new(settings, http, pool);

    /// <summary>True when the path lies below the prefix, by whole segments.</summary>
    internal bool MatchesPath(ReadOnlySpan<byte> path)
    {
        ReadOnlySpan<byte> prefix = Prefix;
        return prefix.Length == 0 || (path.StartsWith(prefix) && (path.Length == prefix.Length || path[prefix.Length] == '/'));
    }
}
