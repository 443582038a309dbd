using System.Buffers.Binary;
using Appliance.Limiter.Routing;

namespace Appliance.Limiter.Rules;

/// <summary>`overrides` of a rule: other numbers for some values of its first limit key (A16). Immutable; looked up without a copy.</summary>
internal sealed class RuleOverrides
{
    public const int AddressBytes = 16;

    private readonly Dictionary<byte[], Algorithm>.AlternateLookup<ReadOnlySpan<byte>> _byValue;

    /// <param name="byValue">By the UTF-8 bytes of the value; those of an address are <see cref="KeyOf"/>.</param>
    public RuleOverrides(IEnumerable<KeyValuePair<byte[], Algorithm>> byValue)
    {
        _byValue = new Dictionary<byte[], Algorithm>(byValue, new Utf8Comparer()).GetAlternateLookup<ReadOnlySpan<byte>>();
    }

    public int Count => _byValue.Dictionary.Count;

    public IEnumerable<Algorithm> Algorithms => _byValue.Dictionary.Values;

    /// <summary>Addresses are compared as numbers: one address has many spellings.</summary>
    public static byte[] KeyOf(ClientAddress address)
    {
        byte[] key = new byte[AddressBytes];
        WriteKey(address, key);
        return key;
    }

    /// <summary>As <see cref="KeyOf"/>, into <see cref="AddressBytes"/> bytes of the caller.</summary>
    public static void WriteKey(ClientAddress address, Span<byte> key) => BinaryPrimitives.WriteUInt128BigEndian(key, address.Bits);

    public bool TryGet(ReadOnlySpan<byte> value, out Algorithm algorithm) => _byValue.TryGetValue(value, out algorithm!);

    public bool TryGet(ClientAddress address, out Algorithm algorithm)
    {
        Span<byte> key = stackalloc byte[AddressBytes];
        WriteKey(address, key);
        return _byValue.TryGetValue(key, out algorithm!);
    }
}
