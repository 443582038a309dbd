namespace Appliance.Proxy.Layer4;

/// <summary>
/// Reads a PROXY protocol header of either version from the first bytes of a connection
/// (https://www.haproxy.org/download/2.6/doc/proxy-protocol.txt). Pure: the verdict on some bytes is final whatever follows them, and the same
/// however they arrived.
/// </summary>
internal static class ProxyHeaderParser
{
    /// <summary>The longest header that is accepted, of either version.</summary>
    internal const int MaximumLength = 4096;

    /// <summary>Judges the bytes received so far.</summary>
    internal static ProxyHeader Parse(ReadOnlySpan<byte> bytes)
    {
        if (bytes.IsEmpty) return ProxyHeader.Incomplete;
        ReadOnlySpan<byte> signature = bytes[0] == ProxyHeaderV1.Signature[0] ? ProxyHeaderV1.Signature : ProxyHeaderV2.Signature;
        int seen = Math.Min(bytes.Length, signature.Length);
        if (!bytes[..seen].SequenceEqual(signature[..seen])) return ProxyHeader.Refused(ProxyHeaderRefusal.Signature);
        if (seen < signature.Length) return ProxyHeader.Incomplete;
        return signature[0] == ProxyHeaderV1.Signature[0] ? ProxyHeaderV1.Parse(bytes) : ProxyHeaderV2.Parse(bytes);
    }
}
