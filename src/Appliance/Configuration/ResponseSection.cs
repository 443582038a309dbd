using System.Text;
using Appliance.Proxy.Configuration;

namespace Appliance.Configuration;

/// <summary>The keys of a route's `response`.</summary>
internal static class ResponseSection
{
    private const int MaximumBody = 64 * 1024;

    private static readonly ValueKey<int> Status = new("status", new IntegerKind(200, 599), "200", "200 to 599.");
    private static readonly ValueKey<string> ContentType = new("content_type",
        new TextKind("a media type such as text/plain", IsMediaType, @"[A-Za-z0-9!#$&^_.+-]+/[A-Za-z0-9!#$&^_.+-]+(?:; ?[ -~]*)?"), "text/plain; charset=utf-8",
        "Media type of the body.");
    private static readonly ValueKey<string> Body = new("body", new TextKind("a text of at most 64 KiB", text => text.Length <= MaximumBody), "",
        "The body.");

    /// <summary>The declaration.</summary>
    public static readonly Section Section = new([Status, ContentType, Body], ["body_file"]);

    /// <summary>Reads the section.</summary>
    public static FixedResponseSettings Read(SectionReader reader) =>
        new(reader.Get(Status), reader.Get(ContentType), Encoding.UTF8.GetBytes(reader.Get(Body)));

    private static bool IsMediaType(string text)
    {
        string type = text.Split(';', 2)[0];
        int slash = type.IndexOf('/', StringComparison.Ordinal);
        return slash > 0 && text.Length <= 256 && HeaderNameKind.IsToken(type[..slash]) && HeaderNameKind.IsToken(type[(slash + 1)..])
            && text.All(c => c is >= ' ' and <= '~');
    }
}
