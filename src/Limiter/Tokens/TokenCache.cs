using System.Numerics;

namespace Appliance.Limiter.Tokens;

/// <summary>
/// One lane's memory of verdicts, of fixed size and made at start. Entries lie in sets of four, and each token may lie in either of two: with one,
/// a cache half full would lose one token in twelve to crowded sets. The claims of good tokens lie in a ring of bytes, where the oldest are
/// overwritten and their entries with them. Bad tokens never push out good ones: whoever sends many of them gains nothing.
/// </summary>
internal sealed class TokenCache
{
    public const int BadToken = -1;
    private const int Ways = 4;
    private const long Free = -2;
    private const int RingBytesPerEntry = 128;

    private readonly TokenCacheEntry[] _entries;
    private readonly byte[] _ring;
    private readonly int _setMask;
    private long _written;

    /// <param name="entries">How many verdicts there is room for; rounded up to a power of two, at least 4.</param>
    /// <param name="longestBlock">The longest block that is ever added, in bytes.</param>
    public TokenCache(int entries, int longestBlock)
    {
        int count = (int)BitOperations.RoundUpToPowerOf2((uint)Math.Max(entries, Ways));
        _entries = new TokenCacheEntry[count];
        _setMask = count / Ways - 1;
        _ring = new byte[BitOperations.RoundUpToPowerOf2((uint)Math.Max(count * RingBytesPerEntry, 2 * longestBlock))];
    }

    /// <summary>A verdict that still holds. The claims are valid until something is added.</summary>
    public bool TryFind(scoped in TokenDigest digest, long nowMs, out bool isGood, out ReadOnlySpan<byte> claims)
    {
        int at = Find(in digest, SetOf(digest.Spread));
        if (at < 0) at = Find(in digest, SetOf(digest.OtherSpread));
        if (at >= 0 && Answers(in _entries[at], nowMs))
        {
            ref readonly TokenCacheEntry entry = ref _entries[at];
            isGood = entry.Length != BadToken;
            claims = isGood ? _ring.AsSpan((int)(entry.Position & (_ring.Length - 1)), entry.Length) : default;
            return true;
        }

        isGood = false;
        claims = default;
        return false;
    }

    /// <summary>Remembers a good token; returns its claims as they lie in the ring.</summary>
    public ReadOnlySpan<byte> AddGood(scoped in TokenDigest digest, long nowMs, long holdsUntilMs, scoped ReadOnlySpan<byte> claims)
    {
        int offset = (int)(_written & (_ring.Length - 1));
        // A block lies in one piece; what is left of the ring's end stays unused.
        if (offset + claims.Length > _ring.Length) _written += _ring.Length - offset;
        long position = _written;
        offset = (int)(position & (_ring.Length - 1));
        Span<byte> room = _ring.AsSpan(offset, claims.Length);
        claims.CopyTo(room);
        _written += claims.Length;
        _entries[Victim(digest, nowMs, mayEvictGood: true)] =
            new TokenCacheEntry { Digest = digest, HoldsUntilMs = holdsUntilMs, Position = position, Length = claims.Length };
        return room;
    }

    /// <summary>Remembers a bad token if that costs no good one its place.</summary>
    public void AddBad(in TokenDigest digest, long nowMs, long holdsUntilMs)
    {
        int victim = Victim(digest, nowMs, mayEvictGood: false);
        if (victim >= 0) _entries[victim] = new TokenCacheEntry { Digest = digest, HoldsUntilMs = holdsUntilMs, Length = BadToken };
    }

    /// <summary>In this order: an entry of the same token, one that answers no more, a bad token's, the oldest good one; -1 when none may go.</summary>
    private int Victim(in TokenDigest digest, long nowMs, bool mayEvictGood)
    {
        int first = SetOf(digest.Spread), second = SetOf(digest.OtherSpread);
        int same = Find(in digest, first);
        if (same < 0) same = Find(in digest, second);
        if (same >= 0) return same;
        int best = -1;
        long bestRank = mayEvictGood ? long.MaxValue : 0;
        // Of free places one in the emptier set: that is what keeps sets from being crowded.
        Choose(first, nowMs, ref best, ref bestRank);
        Choose(second, nowMs, ref best, ref bestRank);
        return best;
    }

    private void Choose(int set, long nowMs, ref int best, ref long bestRank)
    {
        int free = 0;
        for (int i = set; i < set + Ways; i++)
        {
            long rank = Rank(in _entries[i], nowMs);
            if (rank == Free) rank -= free++;
            if (rank >= bestRank) continue;
            bestRank = rank;
            best = i;
        }
    }

    /// <summary>Where the token's entry lies in a set, whether it answers or not; -1 when it does not.</summary>
    private int Find(in TokenDigest digest, int set)
    {
        for (int i = set; i < set + Ways; i++)
        {
            if (_entries[i].Digest == digest) return i;
        }

        return -1;
    }

    private long Rank(in TokenCacheEntry entry, long nowMs)
    {
        if (!Answers(in entry, nowMs)) return Free;
        return entry.Length == BadToken ? -1 : entry.Position;
    }

    private bool Answers(in TokenCacheEntry entry, long nowMs) =>
        nowMs < entry.HoldsUntilMs && (entry.Length == BadToken || _written - entry.Position <= _ring.Length);

    private int SetOf(uint spread) => (int)(spread & (uint)_setMask) * Ways;
}
