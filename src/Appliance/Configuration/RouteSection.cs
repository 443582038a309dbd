namespace Appliance.Configuration;

/// <summary>The keys of an entry of a listener's `routes`.</summary>
internal static class RouteSection
{
    private static readonly ListKey<string> Hosts = new("hosts",
        new TextKind("a host name such as api.example.com or \"*.example.com\"", HostPattern.IsPattern, HostPattern.Expression), [],
        "Host names, or \"*.example.com\" for every name below; none: any host. tcp: the name in the TLS hello.");
    private static readonly ValueKey<string> PathPrefix = new("path_prefix", Path("/v1"), "/", "Whole segments: /v1 matches /v1 and /v1/x, not /v1x.");
    private static readonly ValueKey<string> Upstream = new("upstream", Kinds.Name, null, "Name of the upstream; or else `redirect` or `response`.");
    private static readonly SectionKey Redirect = new("redirect", RedirectSection.Section, "Answer with a redirect.");
    private static readonly SectionKey Response = new("response", ResponseSection.Section, "Answer with a fixed response.");
    private static readonly ValueKey<string> ReplacePrefix = new("replace_prefix", Path("/"), null,
        "What stands instead of path_prefix in the path that the server sees. Absent: it sees the path as it came.");
    private static readonly ValueKey<string> Host = new("host",
        new TextKind("a host name, with or without a port, or $server", HostText.IsHostOrServer), null,
        "What Host tells the server; $server is its own name and port. Absent: as it came.");
    private static readonly SectionKey RequestHeaders = new("request_headers", HeaderEditSection.Section, "Edits of the request's header fields.");
    private static readonly SectionKey ResponseHeaders = new("response_headers", HeaderEditSection.Section, "Edits of the response's header fields.");

    /// <summary>The declaration.</summary>
    public static readonly Section Section = new(
        [Hosts, PathPrefix, Upstream, Redirect, Response, ReplacePrefix, Host, RequestHeaders, ResponseHeaders],
        ["bucket", "respond", "rewrite", "retry", "cache", "timeouts", "methods"]);

    /// <summary>Reads an entry.</summary>
    public static RouteConfig Read(SectionReader reader) => new()
    {
        Hosts = [.. reader.Get(Hosts).Select(h => h.ToLowerInvariant())],
        PathPrefix = reader.Get(PathPrefix),
        Upstream = reader.GetOrNull(Upstream),
        Redirect = reader.GetOptional(Redirect) is { } redirect ? RedirectSection.Read(redirect) : null,
        Response = reader.GetOptional(Response) is { } response ? ResponseSection.Read(response) : null,
        ReplacePrefix = reader.GetOrNull(ReplacePrefix),
        Host = reader.GetOrNull(Host),
        RequestHeaders = HeaderEditSection.Read(reader.Get(RequestHeaders)),
        ResponseHeaders = HeaderEditSection.Read(reader.Get(ResponseHeaders)),
    };

    private static TextKind Path(string example) =>
        new($"a path of whole segments such as {example}, without query, %, //, . and ..", IsPath, @"/[^?#%\s]*");

    /// <summary>Requests are matched by their normalised path (policies.md A6), so a prefix in another form would never match.</summary>
    private static bool IsPath(string text)
    {
        bool printable = text.Length is > 0 and <= 1024 && text.All(c => char.IsBetween(c, '!', '~') && c is not ('?' or '#' or '%' or '\\'));
        return printable && text[0] == '/' && !text.Contains("//", StringComparison.Ordinal) && !text.Split('/').Any(s => s is "." or "..");
    }
}
