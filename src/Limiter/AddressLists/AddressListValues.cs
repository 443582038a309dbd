using System.Buffers;
using System.Text;

namespace Appliance.Limiter.AddressLists;

/// <summary>What the values of each list look like, and the one form in which descriptors carry them.</summary>
internal static class AddressListValues
{
    public const int MaxLength = 32;

    private static readonly SearchValues<byte> WordLetters = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789-_"u8);

    /// <param name="kind">The list.</param>
    /// <param name="text">As the line has it; empty when it has none.</param>
    /// <param name="value">The descriptor's form, <see cref="MaxLength"/> bytes long.</param>
    /// <param name="length">Of the value; 0 when null is not returned.</param>
    /// <returns>What is wrong, or null.</returns>
    public static string? Read(AddressListKind kind, ReadOnlySpan<byte> text, Span<byte> value, out int length)
    {
        length = 0;
        if (kind == AddressListKind.Tor && text.IsEmpty) text = "true"u8;
        if (text.IsEmpty) return "a value must follow the network";
        ReadOnlySpan<byte> form = kind == AddressListKind.Asn ? WithoutPrefix(text) : text;
        string? mistake = kind switch
        {
            AddressListKind.Country => IsCountry(form) ? null : "a country is two letters such as DE (ISO 3166-1)",
            AddressListKind.Asn => TryAsn(form, out _) ? null : "an autonomous system is a number such as 64500 or AS64500",
            AddressListKind.Tor => form.SequenceEqual("true"u8) || form.SequenceEqual("false"u8) ? null : "a line of the Tor list is a network alone, or with true or false",
            _ => IsWord(form) ? null : $"a type is a word of at most {MaxLength} small letters, digits, - and _, such as hosting",
        };
        if (mistake is not null) return mistake;

        length = form.Length;
        if (kind == AddressListKind.Country) Ascii.ToUpper(form, value, out _);
        else form.CopyTo(value);
        return null;
    }

    /// <summary>True for `AS` and something.</summary>
    public static bool HasAsnPrefix(ReadOnlySpan<byte> text) => text.Length > 2 && Ascii.EqualsIgnoreCase(text[..2], "AS"u8);

    public static ReadOnlySpan<byte> WithoutPrefix(ReadOnlySpan<byte> text) => HasAsnPrefix(text) ? text[2..] : text;

    /// <summary>RFC 6793: 32 bits; written without leading zeros.</summary>
    public static bool TryAsn(ReadOnlySpan<byte> digits, out uint asn)
    {
        asn = 0;
        if (digits.Length is 0 or > 10 || (digits[0] == (byte)'0' && digits.Length > 1)) return false;
        ulong number = 0;
        foreach (byte digit in digits)
        {
            if (!char.IsAsciiDigit((char)digit)) return false;
            number = number * 10 + (ulong)(digit - '0');
        }

        asn = (uint)number;
        return number <= uint.MaxValue;
    }

    private static bool IsCountry(ReadOnlySpan<byte> text) => text.Length == 2 && char.IsAsciiLetter((char)text[0]) && char.IsAsciiLetter((char)text[1]);

    private static bool IsWord(ReadOnlySpan<byte> text) => text.Length <= MaxLength && !text.ContainsAnyExcept(WordLetters);
}
