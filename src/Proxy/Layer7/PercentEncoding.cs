using System.Buffers;
using System.Text;

namespace Appliance.Proxy.Layer7;

/// <summary>Makes what an operator wrote fit for a request target or a URI field: whatever is not visible ASCII is percent-encoded.</summary>
internal static class PercentEncoding
{
    /// <summary>The UTF-8 form with every byte outside '!' .. '~' as %XX (RFC 3986 section 2.1). For compiling only: allocates.</summary>
    internal static byte[] Encode(string text)
    {
        var encoded = new ArrayBufferWriter<byte>(text.Length + 1);
        foreach (byte b in Encoding.UTF8.GetBytes(text))
        {
            if (b is > (byte)' ' and < 0x7f) encoded.Write([b]);
            else encoded.Write(Encoding.ASCII.GetBytes($"%{b:X2}"));
        }

        return encoded.WrittenSpan.ToArray();
    }

    /// <summary>A path prefix in normal form and without the slashes at its end: `/` becomes empty.</summary>
    internal static byte[] EncodePrefix(string prefix)
    {
        byte[] raw = Encode(prefix.StartsWith('/') ? prefix : "/" + prefix);
        byte[] normal = new byte[raw.Length];
        ReadOnlySpan<byte> path = TargetPath.TryNormalize(raw, normal, out int length) ? normal.AsSpan(0, length) : raw;
        return path.TrimEnd((byte)'/').ToArray();
    }
}
