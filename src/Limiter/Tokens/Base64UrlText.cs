using System.Buffers;
using System.Buffers.Text;

namespace Appliance.Limiter.Tokens;

/// <summary>
/// base64url as RFC 7515 section 2 has it: no padding, no white space, no line breaks, and the spare bits of the last character zero (RFC 4648 section
/// 3.5), so that a value has exactly one spelling. The framework's decoder sees to the spare bits, but forgives padding and white space.
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
        return Base64Url.DecodeFromUtf8(text, destination, out int consumed, out written) == OperationStatus.Done && consumed == text.Length;
    }
}
