using Appliance.Limiter.Hashing;

namespace Appliance.Limiter.Tokens;

/// <summary>
/// Refuses an object that names a member twice (RFC 7515 section 4, RFC 7519 section 4), whatever way its name is escaped: which of the two counts
/// would depend on the reader. Names are held as hashes under a seed of this process; a collision would refuse a token, not accept one.
/// </summary>
/// <param name="room">At least <see cref="Max"/> long.</param>
internal ref struct MemberNames(Span<ulong> room)
{
    /// <summary>Objects with more members are refused.</summary>
    public const int Max = 128;

    /// <summary>Longer names are refused.</summary>
    private const int MaxNameBytes = 256;

    private static readonly ulong Seed = (ulong)Random.Shared.NextInt64();
    private readonly Span<ulong> _room = room;
    private int _count;

    public bool TryAdd(JsonText name)
    {
        Span<byte> text = stackalloc byte[MaxNameBytes];
        if (_count == Max || !name.TryUnescape(text, out int length)) return false;
        ulong hash = XxHash64.DigestOf(text[..length], Seed);
        if (_room[.._count].Contains(hash)) return false;
        _room[_count++] = hash;
        return true;
    }
}
