namespace Appliance.Configuration;

/// <summary>The keys of an entry of a listener's `routes`.</summary>
internal static class RouteSection
{
    private static readonly ListKey<string> Hosts = new("hosts",
        new TextKind("a host name such as api.example.com or \"*.example.com\"", HostPattern.IsPattern, HostPattern.Expression), [],
        "Host names, or \"*.example.com\" for every name below; none: any host.");
    private static readonly ValueKey<string> PathPrefix = new("path_prefix",
        new TextKind("a path of whole segments such as /v1, without query, %, //, . and ..", IsPath, @"/[^?#%\s]*"), "/",
        "Whole segments: /v1 matches /v1 and /v1/x, not /v1x.");
    private static readonly ValueKey<string> Upstream = new("upstream", Kinds.Name, null, "Name of the upstream.") { Required = true };

    /// <summary>The declaration.</summary>
    public static readonly Section Section = new(
        [Hosts, PathPrefix, Upstream],
        ["bucket", "redirect", "respond", "rewrite", "request_headers", "response_headers", "retry", "cache", "timeouts", "methods"]);

    /// <summary>Reads an entry.</summary>
    public static RouteConfig Read(SectionReader reader) => new()
    {
        Hosts = [.. reader.Get(Hosts).Select(h => h.ToLowerInvariant())],
        PathPrefix = reader.Get(PathPrefix),
        Upstream = reader.Get(Upstream),
    };

    /// <summary>Requests are matched by their normalised path (policies.md A6), so a prefix in another form would never match.</summary>
    private static bool IsPath(string text)
    {
        bool printable = text.Length is > 0 and <= 1024 && text.All(c => char.IsBetween(c, '!', '~') && c is not ('?' or '#' or '%' or '\\'));
        return printable && text[0] == '/' && !text.Contains("//", StringComparison.Ordinal) && !text.Split('/').Any(s => s is "." or "..");
    }
}
