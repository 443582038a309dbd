namespace Appliance.Limiter.AddressLists;

/// <summary>A network of a list. IPv4 networks hold 32 bits, so that those of IPv6 around ::ffff:0:0/96 say nothing about IPv4 clients.</summary>
/// <param name="Start">The first address, in host order.</param>
/// <param name="PrefixLength">0 to 32 for IPv4, 0 to 128 for IPv6.</param>
/// <param name="IsIPv4">The family.</param>
internal readonly record struct ListedNetwork(UInt128 Start, int PrefixLength, bool IsIPv4)
{
    private const int MappedBits = 96;

    /// <summary>The last address.</summary>
    public UInt128 End => Start | HostBits(PrefixLength, IsIPv4);

    /// <param name="text">`192.0.2.0/24`, `2001:db8::/32`, `::ffff:192.0.2.0/120`, or an address alone for a single host.</param>
    /// <param name="network">What it says.</param>
    /// <returns>What is wrong, or null.</returns>
    public static string? Read(ReadOnlySpan<byte> text, out ListedNetwork network)
    {
        network = default;
        int slash = text.IndexOf((byte)'/');
        ReadOnlySpan<byte> host = slash < 0 ? text : text[..slash];
        if (!ClientAddress.TryParse(host, out ClientAddress address)) return "not a network such as 198.51.100.0/24 or 2001:db8::/32";
        bool isDotted = host.IndexOf((byte)':') < 0;
        int longest = isDotted ? 32 : 128;
        int length = longest;
        if (slash >= 0 && !TryLength(text[(slash + 1)..], longest, out length)) return $"the prefix length is not a whole number from 0 to {longest}";

        bool isIPv4 = isDotted || (address.IsIPv4 && length >= MappedBits);
        if (isIPv4 && !isDotted) length -= MappedBits;
        UInt128 start = isIPv4 ? (uint)address.Bits : address.Bits;
        UInt128 hostBits = HostBits(length, isIPv4);
        network = new ListedNetwork(start & ~hostBits, length, isIPv4);
        return (start & hostBits) == 0 ? null : $"bits are set behind the prefix; the network is {network}";
    }

    /// <inheritdoc/>
    public override string ToString() => $"{(IsIPv4 ? ClientAddress.FromIPv4((uint)Start) : new ClientAddress(Start))}/{PrefixLength}";

    private static UInt128 HostBits(int length, bool isIPv4)
    {
        int hostBits = (isIPv4 ? 32 : 128) - length;
        return hostBits == 128 ? UInt128.MaxValue : (UInt128.One << hostBits) - 1;
    }

    private static bool TryLength(ReadOnlySpan<byte> digits, int longest, out int length)
    {
        length = 0;
        if (digits.Length is 0 or > 3 || (digits[0] == (byte)'0' && digits.Length > 1)) return false;
        foreach (byte digit in digits)
        {
            if (!char.IsAsciiDigit((char)digit)) return false;
            length = length * 10 + digit - '0';
        }

        return length <= longest;
    }
}
