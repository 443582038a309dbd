namespace Appliance.Proxy.Layer7;

/// <summary>
/// Whether the body of a request that is answered here has arrived already. Then it is skipped and the connection goes on; a body still to come
/// would have to be read for nothing, and the connection ends instead.
/// </summary>
internal static class ArrivedBody
{
    /// <summary>Bytes of the body on the wire; negative: not whole, or malformed.</summary>
    /// <param name="request">The request, sound.</param>
    /// <param name="afterHead">All that has arrived behind its head.</param>
    internal static int WireLength(RequestHead request, ReadOnlySpan<byte> afterHead)
    {
        if (!request.Chunked) return Math.Max(0, request.ContentLength) <= afterHead.Length ? (int)Math.Max(0, request.ContentLength) : -1;
        var scanner = default(ChunkedScanner);
        int passed = scanner.Pass(afterHead);
        return scanner.IsDone ? passed : -1;
    }
}
