using System.Buffers;
using System.Text;

namespace Appliance.Proxy.Layer7;

/// <summary>
/// Bytes of any origin as the inside of a JSON string (RFC 8259 section 7). Whatever is not plain visible ASCII, each byte of a non-ASCII
/// sequence too, becomes \u00XX, so the result is valid whatever came in and holds no byte that a terminal or a line reader acts on.
/// </summary>
internal static class JsonText
{
    private const int EscapeLength = 6;

    private static readonly SearchValues<byte> Plain = SearchValues.Create(
        " !#$%&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[]^_`abcdefghijklmnopqrstuvwxyz{|}~"u8);

    /// <summary>Writes as much as fits into `limit` bytes; never a part of an escape.</summary>
    /// <returns>False when it was cut.</returns>
    internal static bool Write(ref HeadWriter text, scoped ReadOnlySpan<byte> value, int limit)
    {
        int left = limit;
        while (!value.IsEmpty)
        {
            int plain = value.IndexOfAnyExcept(Plain);
            if (plain < 0) plain = value.Length;
            if (plain > left)
            {
                text.Write(value[..left]);
                return false;
            }

            text.Write(value[..plain]);
            left -= plain;
            if (plain == value.Length) return true;
            if (left < EscapeLength) return false;
            text.Write("\\u00"u8);
            text.Write([Hex(value[plain] >> 4), Hex(value[plain] & 15)]);
            left -= EscapeLength;
            value = value[(plain + 1)..];
        }

        return true;
    }

    /// <summary>The same for a name of the configuration, once.</summary>
    internal static byte[] Escape(string text, int limit)
    {
        byte[] escaped = new byte[limit];
        var writer = new HeadWriter(escaped);
        Write(ref writer, Encoding.UTF8.GetBytes(text), limit);
        return escaped[..writer.Length];
    }

    private static byte Hex(int digit) => (byte)(digit < 10 ? '0' + digit : 'a' + digit - 10);
}
