using System.Text;
using Appliance.Limiter.Hashing;
using Appliance.Limiter.Memory;

namespace Appliance.Limiter.Evaluation;

/// <summary>
/// What the identities of one limiter have in common: two digests, under the table's seed and its complement, of policy, rule and algorithm. They are the
/// seeds under which the key parts are hashed.
/// </summary>
internal readonly record struct IdentitySeeds(ulong High, ulong Low)
{
    /// <param name="hashSeed">The table's.</param>
    /// <param name="parts">Policy id, rule name, algorithm; each goes in with its length.</param>
    public static IdentitySeeds Of(ulong hashSeed, params ReadOnlySpan<string> parts)
    {
        using var bytes = new MemoryStream();
        using var writer = new BinaryWriter(bytes);
        foreach (string part in parts)
        {
            byte[] utf8 = Encoding.UTF8.GetBytes(part);
            writer.Write(utf8.Length);
            writer.Write(utf8);
        }

        byte[] prefix = bytes.ToArray();
        return new IdentitySeeds(XxHash64.DigestOf(prefix, hashSeed), XxHash64.DigestOf(prefix, ~hashSeed));
    }

    public SlotIdentity Identify(ReadOnlySpan<byte> parts) => new(XxHash64.DigestOf(parts, High), XxHash64.DigestOf(parts, Low));

    /// <summary>The seeds of a longer list of parts; nothing that is appended runs into what follows, because a digest knows its length.</summary>
    public IdentitySeeds Append(ReadOnlySpan<byte> part) => new(XxHash64.DigestOf(part, High), XxHash64.DigestOf(part, Low));

    public IdentitySeeds Append(ulong number)
    {
        Span<byte> bytes = stackalloc byte[sizeof(ulong)];
        System.Buffers.Binary.BinaryPrimitives.WriteUInt64LittleEndian(bytes, number);
        return Append(bytes);
    }

    public SlotIdentity ToIdentity() => new(High, Low);
}
