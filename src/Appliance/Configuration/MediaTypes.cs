namespace Appliance.Configuration;

/// <summary>Media types by a file's ending.</summary>
internal static class MediaTypes
{
    /// <summary>The endings that are known, for messages.</summary>
    public const string Endings = ".html, .htm, .json, .txt and .xml";

    /// <summary>The type; null for an unknown ending.</summary>
    public static string? OfFile(string path) => Path.GetExtension(path).ToLowerInvariant() switch
    {
        ".html" or ".htm" => "text/html; charset=utf-8",
        ".json" => "application/json",
        ".txt" => "text/plain; charset=utf-8",
        ".xml" => "application/xml",
        _ => null,
    };
}
