using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Appliance.Limiter.Tokens;

/// <summary>
/// Bounds what forged tokens cost one lane: each is new, so no cache helps, and a check takes from microseconds to a millisecond. The time of failed
/// checks is charged twice, by bucket: to where the token came from, so that a client who sends many hardly troubles the others; and to the lane, so
/// that many clients together take at most an eighth of its time. While either is overdrawn nothing is checked: the token counts as
/// invalid. Tokens that turn out good are never charged. Belongs to one thread at a time; outlives bundles and keys.
/// </summary>
internal sealed class VerificationBudget
{
    /// <summary>Addresses (IPv6: networks of 64 bits) share this many buckets, by a hash that nobody outside can aim.</summary>
    public const int Sources = 1 << SourceBits;

    /// <summary>Failed checks for one source may take one part in so many of the lane's time, and so many microseconds at once.</summary>
    public const int SourceShare = 64;
    public const int SourceBurstUs = 20_000;

    /// <summary>The same for all sources together.</summary>
    public const int LaneShare = 8;
    public const int LaneBurstUs = 50_000;

    private const int SourceBits = 10;

    /// <summary>When each bucket is full again, in microseconds of Unix time.</summary>
    private readonly long[] _sourceFullAtUs = new long[Sources];
    private readonly ulong _spread;
    private long _laneFullAtUs;
    private long _good;
    private long _bad;
    private long _skipped;

    public VerificationBudget()
    {
        Span<byte> random = stackalloc byte[sizeof(ulong)];
        RandomNumberGenerator.Fill(random);
        _spread = BinaryPrimitives.ReadUInt64LittleEndian(random) | 1;
    }

    /// <summary>True when a signature may be checked for this client now.</summary>
    /// <param name="client">Where the token came from.</param>
    /// <param name="nowMs">UTC in Unix milliseconds.</param>
    public bool Allows(ClientAddress client, long nowMs) =>
        DebtUs(_sourceFullAtUs[SourceOf(client)], nowMs, SourceBurstUs, SourceShare) < SourceBurstUs * SourceShare
        && DebtUs(_laneFullAtUs, nowMs, LaneBurstUs, LaneShare) < LaneBurstUs * LaneShare;

    /// <summary>A token that no cache knew was good.</summary>
    public void CountGood() => Volatile.Write(ref _good, _good + 1);

    /// <summary>A token was bad; charges the time that went into its signature, if any did.</summary>
    /// <param name="client">As in <see cref="Allows"/>.</param>
    /// <param name="spentUs">Estimated, at most <see cref="TokenVerifier.MaxSpentUs"/>.</param>
    /// <param name="nowMs">UTC in Unix milliseconds.</param>
    public void CountBad(ClientAddress client, int spentUs, long nowMs)
    {
        Volatile.Write(ref _bad, _bad + 1);
        if (spentUs == 0) return;
        ref long source = ref _sourceFullAtUs[SourceOf(client)];
        source = nowMs * 1000 + DebtUs(source, nowMs, SourceBurstUs, SourceShare) + (long)spentUs * SourceShare;
        _laneFullAtUs = nowMs * 1000 + DebtUs(_laneFullAtUs, nowMs, LaneBurstUs, LaneShare) + (long)spentUs * LaneShare;
    }

    /// <summary>A token was not checked, because this budget did not allow it.</summary>
    public void CountSkipped() => Volatile.Write(ref _skipped, _skipped + 1);

    /// <summary>The totals of all lanes. Any thread.</summary>
    public static TokenVerificationCount Sum(ReadOnlySpan<VerificationBudget> lanes)
    {
        long good = 0, bad = 0, skipped = 0;
        foreach (VerificationBudget lane in lanes)
        {
            good += Volatile.Read(ref lane._good);
            bad += Volatile.Read(ref lane._bad);
            skipped += Volatile.Read(ref lane._skipped);
        }

        return new TokenVerificationCount(good, bad, skipped);
    }

    /// <summary>A time further ahead than charges can bring it was noted before the clock was set back: then nothing is owed.</summary>
    private static long DebtUs(long fullAtUs, long nowMs, int burstUs, int share)
    {
        long ahead = fullAtUs - nowMs * 1000;
        return ahead > 0 && ahead < (long)(burstUs + TokenVerifier.MaxSpentUs) * share ? ahead : 0;
    }

    private int SourceOf(ClientAddress client)
    {
        ulong network = client.IsIPv4 ? (ulong)client.Bits : (ulong)(client.Bits >> 64);
        return (int)((network * _spread) >> (64 - SourceBits));
    }
}
