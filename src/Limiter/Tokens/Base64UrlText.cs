using System.Buffers;
using System.Buffers.Text;

namespace Appliance.Limiter.Tokens;

/// <summary>
/// base64url as RFC 7515 section 2 has it: no padding, no white space, no line breaks, and the spare bits of the last character zero (RFC 4648 section
/// 3.5), so that a value has exactly one spelling.
/// </summary>
internal static class Base64UrlText
{
    private static readonly SearchValues<byte> Alphabet = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"u8);

    /// <summary>The most bytes that a text of this length can stand for.</summary>
    public static int MaxDecoded(int length) => length / 4 * 3 + 2;

    /// <summary>Never throws. <paramref name="destination"/> may hold anything after a failure.</summary>
    public static bool TryDecode(ReadOnlySpan<byte> text, Span<byte> destination, out int written)
    {
        written = 0;
        if (text.IsEmpty) return true;
        if (text.Length % 4 == 1 || text.ContainsAnyExcept(Alphabet)) return false;
        int spare = SpareBits(text.Length);
        if (spare != 0 && (ValueOf(text[^1]) & spare) != 0) return false;
        return Base64Url.DecodeFromUtf8(text, destination, out int consumed, out written) == OperationStatus.Done && consumed == text.Length;
    }

    /// <summary>A mask over the last character's six bits.</summary>
    private static int SpareBits(int length) => (length % 4) switch
    {
        2 => 0b1111,
        3 => 0b11,
        _ => 0,
    };

    private static int ValueOf(byte character) => character switch
    {
        >= (byte)'A' and <= (byte)'Z' => character - 'A',
        >= (byte)'a' and <= (byte)'z' => character - 'a' + 26,
        >= (byte)'0' and <= (byte)'9' => character - '0' + 52,
        (byte)'-' => 62,
        _ => 63,
    };
}
