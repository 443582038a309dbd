namespace Appliance.Proxy.Layer7;

/// <summary>Sizes beyond which a message head is refused (dataplane.md section 4.1).</summary>
internal static class HttpLimits
{
    /// <summary>Bytes of a request line without CRLF.</summary>
    internal const int RequestLine = 8 * 1024;

    /// <summary>Bytes of a header section.</summary>
    internal const int HeaderSection = 64 * 1024;

    /// <summary>Number of field lines.</summary>
    internal const int Fields = 128;

    /// <summary>Bytes of a trailer section, and of one chunk-size line with its extensions.</summary>
    internal const int Trailers = 8 * 1024;
}
