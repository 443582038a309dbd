using System.Globalization;

namespace Appliance.Limiter.Llm;

/// <summary>
/// Tokens where no tokenizer is asked (policies.md part B 2.4): a quarter of the text's length, rounded up. The length is that of the text
/// as UTF-8 with JSON escapes resolved, as the reference counts it; so spelling a letter as an escape changes nothing, and text outside
/// ASCII, of which a tokenizer makes more tokens, counts more too.
/// </summary>
public static class TokenEstimate
{
    /// <summary>The largest number of tokens that is told apart; what is more counts as this. Sums of a million of these do not overflow.</summary>
    public const long Max = 1L << 40;

    /// <summary>Bytes that count as one token.</summary>
    public const int BytesPerToken = 4;

    /// <summary>The estimate for so many bytes of text, 0 or more.</summary>
    public static long FromBytes(long bytes) => Math.Min((bytes + BytesPerToken - 1) / BytesPerToken, Max);

    /// <summary>
    /// The value of X-Token-Estimate, for rules whose estimator is `header_hint`: a number, 0 or more, rounded up; more than
    /// <see cref="Max"/> is <see cref="Max"/>.
    /// </summary>
    /// <param name="value">The header's value.</param>
    /// <param name="trusted">Whether the request came from a trusted proxy (policies.md A7); else the hint is not looked at.</param>
    /// <param name="tokens">The hint; 0 when false is returned.</param>
    /// <returns>Whether the hint holds; if not, the body is to be estimated.</returns>
    public static bool TryReadHint(ReadOnlySpan<byte> value, bool trusted, out long tokens)
    {
        tokens = 0;
        return trusted && TryParse(value.Trim(" \t"u8), out tokens);
    }

    /// <summary>A decimal number as in JSON or a header; false when it is negative or none. The words for infinity and NaN are none.</summary>
    internal static bool TryParse(ReadOnlySpan<byte> text, out long tokens)
    {
        tokens = 0;
        if (text.IsEmpty || text[0] is not ((byte)'-' or (byte)'.' or >= (byte)'0' and <= (byte)'9')) return false;
        const NumberStyles Style = NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent;
        if (!double.TryParse(text, Style, CultureInfo.InvariantCulture, out double number) || !(number >= 0)) return false;
        tokens = number >= Max ? Max : (long)Math.Ceiling(number);
        return true;
    }
}
