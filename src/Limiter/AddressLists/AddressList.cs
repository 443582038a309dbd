namespace Appliance.Limiter.AddressLists;

/// <summary>
/// A list of networks with values: the value of an address is that of its longest prefix. Immutable, for any thread; a lookup allocates nothing.
/// A million networks take at most 16 MB (IPv4) or 40 MB (IPv6), see <see cref="Bytes"/>.
/// </summary>
public sealed class AddressList
{
    private readonly RangeTable<uint> _ipv4;
    private readonly RangeTable<UInt128> _ipv6;
    private readonly uint[] _asns;
    private readonly int[] _asnValues;
    private readonly byte[][] _values;

    internal AddressList(List<ListedEntry> sortedIPv4, List<ListedEntry> sortedIPv6, SortedDictionary<uint, int> asns, ValuePool values)
    {
        _ipv4 = new RangeTable<uint>(RangeBuilder.Build(sortedIPv4));
        _ipv6 = new RangeTable<UInt128>(RangeBuilder.Build(sortedIPv6));
        _asns = [.. asns.Keys];
        _asnValues = [.. asns.Values];
        _values = values.ToArray();
        Count = sortedIPv4.Count + sortedIPv6.Count + asns.Count;
    }

    /// <summary>How many networks and autonomous systems are listed.</summary>
    public int Count { get; }

    /// <summary>What the list takes in memory, but for its distinct values.</summary>
    public long Bytes => _ipv4.Bytes + _ipv6.Bytes + (long)_asns.Length * (sizeof(uint) + sizeof(int));

    /// <summary>The value of the longest prefix over an address.</summary>
    /// <param name="address">IPv4 also when it came mapped into IPv6.</param>
    /// <param name="value">ASCII, in the descriptor's form; lives as long as the list.</param>
    /// <returns>False when no network holds the address.</returns>
    public bool TryFind(ClientAddress address, out ReadOnlySpan<byte> value)
    {
        int number = address.IsIPv4 ? _ipv4.ValueAt((uint)address.Bits) : _ipv6.ValueAt(address.Bits);
        value = number < 0 ? default : _values[number];
        return number >= 0;
    }

    /// <summary>The value of an autonomous system; only a type list has any.</summary>
    /// <param name="asn">`64500` or `AS64500`, as a list or a header has it; anything else is not found.</param>
    /// <param name="value">ASCII; lives as long as the list.</param>
    public bool TryFindAsn(ReadOnlySpan<byte> asn, out ReadOnlySpan<byte> value)
    {
        value = default;
        if (!AddressListValues.TryAsn(AddressListValues.WithoutPrefix(asn), out uint number)) return false;
        int at = Array.BinarySearch(_asns, number);
        if (at < 0) return false;
        value = _values[_asnValues[at]];
        return true;
    }
}
