using System.Buffers.Binary;

namespace Appliance.Proxy.Balancing;

/// <summary>
/// A 64-bit hash with fixed constants: the same on both nodes and after a restart. Not keyed: who chooses his own key chooses his own
/// server anyway, and may do so.
/// </summary>
internal static class KeyHash
{
    private const ulong Step = 0x9E3779B97F4A7C15;

    /// <summary>The hash of a key; never 0, which means "no key".</summary>
    internal static ulong Of(ReadOnlySpan<byte> bytes)
    {
        ulong hash = Step ^ (ulong)bytes.Length;
        while (bytes.Length >= sizeof(ulong))
        {
            hash = Mix(hash + BinaryPrimitives.ReadUInt64LittleEndian(bytes)) + Step;
            bytes = bytes[sizeof(ulong)..];
        }

        ulong rest = 0;
        for (int i = 0; i < bytes.Length; i++) rest |= (ulong)bytes[i] << (8 * i);
        return NotZero(Mix(hash + rest));
    }

    /// <summary>The hash of an address; never 0.</summary>
    internal static ulong Of(UInt128 bits) => NotZero(Mix(Mix((ulong)(bits >> 64)) + (ulong)bits + Step));

    /// <summary>A bijection in which every bit of the input moves half of the output (the finaliser of SplitMix64).</summary>
    internal static ulong Mix(ulong x)
    {
        x += Step;
        x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9;
        x = (x ^ (x >> 27)) * 0x94D049BB133111EB;
        return x ^ (x >> 31);
    }

    private static ulong NotZero(ulong hash) => hash == 0 ? 1 : hash;
}
