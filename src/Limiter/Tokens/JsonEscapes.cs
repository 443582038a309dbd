using System.Buffers.Binary;
using System.Text;

namespace Appliance.Limiter.Tokens;

/// <summary>Undoes the escapes of RFC 8259 section 7 in a string whose grammar was checked.</summary>
internal static class JsonEscapes
{
    public static bool TryUndo(ReadOnlySpan<byte> raw, Span<byte> destination, out int written)
    {
        written = 0;
        while (true)
        {
            int plain = raw.IndexOf((byte)'\\');
            int length = plain < 0 ? raw.Length : plain;
            if (length > destination.Length - written) return false;
            raw[..length].CopyTo(destination[written..]);
            written += length;
            if (plain < 0) return true;

            if (!TryRune(raw[plain..], out Rune rune, out int consumed) || !rune.TryEncodeToUtf8(destination[written..], out int encoded)) return false;
            written += encoded;
            raw = raw[(plain + consumed)..];
        }
    }

    private static bool TryRune(ReadOnlySpan<byte> escape, out Rune rune, out int consumed)
    {
        consumed = 2;
        rune = new Rune(escape[1] switch
        {
            (byte)'b' => '\b',
            (byte)'f' => '\f',
            (byte)'n' => '\n',
            (byte)'r' => '\r',
            (byte)'t' => '\t',
            _ => (char)(escape[1] & 0x7f),
        });
        if (escape[1] != (byte)'u') return true;

        consumed = 6;
        char first = Unit(escape);
        if (Rune.TryCreate(first, out rune)) return true;
        consumed = 12;
        return escape.Length >= 12 && escape[6] == (byte)'\\' && escape[7] == (byte)'u' && Rune.TryCreate(first, Unit(escape[6..]), out rune);
    }

    private static char Unit(ReadOnlySpan<byte> escape)
    {
        Span<byte> unit = stackalloc byte[2];
        Convert.FromHexString(escape.Slice(2, 4), unit, out _, out _);
        return (char)BinaryPrimitives.ReadUInt16BigEndian(unit);
    }
}
