using System.Collections.Immutable;
using Appliance.Proxy.Configuration;

namespace Appliance.Configuration;

/// <summary>The keys of a listener that mean something for http alone.</summary>
internal static class HttpKeys
{
    private static readonly ValueKey<long> MaxBodySize = new("max_body_size", new SizeKind(0, 1L << 50), null,
        "http: a longer request body gets 413. Absent: no limit.");
    private static readonly ValueKey<long> MinimumBodyRate = new("minimum_body_rate", new SizeKind(0, 1L << 40), "240",
        "http: bytes per second that a request body must keep after its first five seconds; 0: no demand.");
    private static readonly ValueKey<int> MaximumRequests = new("maximum_requests", new IntegerKind(0, int.MaxValue), "0",
        "http: requests per connection, after which it is closed; 0: no limit.");
    private static readonly ValueKey<ForwardedStyle> Forwarded = new("forwarded",
        new ChoiceKind<ForwardedStyle>(
            [("x-forwarded", ForwardedStyle.XForwarded), ("forwarded", ForwardedStyle.Forwarded), ("both", ForwardedStyle.Both), ("none", ForwardedStyle.None)]),
        "x-forwarded", "http: fields that tell servers about the client: x-forwarded, forwarded (RFC 7239), both, none.");
    private static readonly SectionKey RequestHeaders = new("request_headers", HeaderEditSection.Section, "http: edits of every request's header fields.");
    private static readonly SectionKey ResponseHeaders = new("response_headers", HeaderEditSection.Section, "http: edits of every response's header fields.");
    private static readonly ValueKey<int?> RedirectToHttps = new("redirect_to_https", new HttpsRedirectKind(), "false",
        "http: answer everything with a redirect to https; true for port 443, or another port.");
    private static readonly MapKey<int, string> ErrorPages = new("error_pages", new IntegerKind(400, 599), Kinds.FilePath,
        "http: files for answers that are made here, `STATUS: file`; at most 64k, the ending names the type.");

    /// <summary>All of them.</summary>
    public static readonly ImmutableArray<Key> All =
        [MaxBodySize, MinimumBodyRate, MaximumRequests, Forwarded, RequestHeaders, ResponseHeaders, RedirectToHttps, ErrorPages];

    /// <summary>Reads the keys; the error pages are only named so far.</summary>
    public static HttpSettings Read(SectionReader reader) => new()
    {
        MaxBodySize = reader.GetOrNull(MaxBodySize),
        MinimumBodyRate = reader.Get(MinimumBodyRate),
        MaximumRequests = reader.Get(MaximumRequests),
        Forwarded = reader.Get(Forwarded),
        RequestHeaders = HeaderEditSection.Read(reader.Get(RequestHeaders)),
        ResponseHeaders = HeaderEditSection.Read(reader.Get(ResponseHeaders)),
        RedirectToHttpsPort = reader.Get(RedirectToHttps),
    };

    /// <summary>The files of error pages by status.</summary>
    public static ImmutableArray<KeyValuePair<int, string>> ReadErrorPages(SectionReader reader, string baseDirectory) =>
        [.. reader.Get(ErrorPages).Select(page => KeyValuePair.Create(page.Key, Path.GetFullPath(page.Value, baseDirectory)))];
}
