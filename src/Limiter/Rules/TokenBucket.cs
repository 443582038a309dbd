namespace Appliance.Limiter.Rules;

/// <summary>
/// A token bucket compiled to integers. The state of a key is one number, the time at which its bucket is full again; the debt is how
/// far that lies ahead. With q quanta to a token and p time units to a quantum, cost and burst are whole numbers of units, so no
/// rounding ever accumulates:
/// <list type="bullet">
/// <item>p is rounded up: the effective rate is at most the configured one, and below it by less than one part in p.</item>
/// <item>costs are rounded up to a quantum, the burst down to one; q has the decimals that the rule's own numbers need.</item>
/// </list>
/// Hence never more than burst + rate * t passes. Pure arithmetic; the table applies it.
/// </summary>
internal sealed class TokenBucket : ICostScale
{
    /// <summary>Below this many units per quantum the rounding of the rate would exceed 0.625 %.</summary>
    public const int LeastUnitsPerQuantum = 160;
    public const decimal MaxTokensPerSecond = TimeUnits.PerSecond / LeastUnitsPerQuantum;
    public const decimal MaxTokens = 1_000_000_000_000_000m;
    private const ulong ClockSkewUnits = 10 * TimeUnits.PerSecond;

    private readonly int _quantaPerToken;
    private readonly ulong _unitsPerQuantum;

    private TokenBucket(decimal rate, decimal burst, int quantaPerToken)
    {
        _quantaPerToken = quantaPerToken;
        _unitsPerQuantum = (ulong)Math.Ceiling(TimeUnits.PerSecond / (rate * quantaPerToken));
        BurstUnits = (ulong)Math.Floor(burst * quantaPerToken) * _unitsPerQuantum;
        TokenUnits = (ulong)quantaPerToken * _unitsPerQuantum;
        Limit = (long)Math.Floor(burst);
        WindowSeconds = TimeUnits.ToSecondsAtLeastOne(BurstUnits);
    }

    public long Limit { get; }

    public int WindowSeconds { get; }

    /// <summary>Time in which an empty bucket fills: the debt that may never be passed.</summary>
    public ulong BurstUnits { get; }

    public ulong TokenUnits { get; }

    /// <summary>
    /// No rule can make a debt of its own beyond its burst, lanes' clocks differ by far less than 10 s: what is longer was made under an
    /// older definition of the rule, and is cut to an empty bucket of this one, so that raising a limit takes effect at once.
    /// </summary>
    public ulong LongestOwnDebt => BurstUnits + LongestOverdraft + ClockSkewUnits;

    /// <summary>How far a debt may grow beyond the burst when more was spent than had been reserved; 0 where costs are known beforehand.</summary>
    public ulong LongestOverdraft { get; private init; }

    /// <param name="rate">Tokens per second, above 0, at most <see cref="MaxTokensPerSecond"/>.</param>
    /// <param name="burst">Tokens, above 0, at most <see cref="MaxTokens"/>; must fill within <see cref="TimeUnits.MaxFillSeconds"/>.</param>
    /// <param name="fixedCosts">The costs that the rule itself names.</param>
    /// <param name="foreignCosts">True when requests bring costs of their own.</param>
    /// <param name="longestOverdraft">Time units by which charges may overdraw it.</param>
    public static TokenBucket Compile(decimal rate, decimal burst, ReadOnlySpan<decimal> fixedCosts, bool foreignCosts, ulong longestOverdraft = 0)
    {
        int wanted = Math.Max(Quanta.Needed(burst), foreignCosts ? Quanta.ForForeignCosts : 1);
        foreach (decimal cost in fixedCosts) wanted = Math.Max(wanted, Quanta.Needed(cost));
        while (wanted > 1 && TimeUnits.PerSecond / (rate * wanted) < LeastUnitsPerQuantum) wanted /= 10;
        return new TokenBucket(rate, burst, wanted) { LongestOverdraft = longestOverdraft };
    }

    /// <summary>Time that <paramref name="cost"/> tokens take to refill; saturates far above any burst.</summary>
    public ulong UnitsOf(decimal cost)
    {
        if (cost > MaxTokens) return TimeUnits.MaxSpan;
        UInt128 units = (UInt128)Math.Ceiling(cost * _quantaPerToken) * _unitsPerQuantum;
        return units > TimeUnits.MaxSpan ? TimeUnits.MaxSpan : (ulong)units;
    }

    /// <summary>The debt of a key at <paramref name="now"/>: 0 for a full bucket.</summary>
    public ulong DebtAt(ulong fullAt, ulong now)
    {
        // Without a branch: whether a bucket is full is a coin toss, and a mispredicted toss throws away the work on the requests behind it.
        long ahead = (long)(fullAt - now);
        ulong debt = (ulong)(ahead & ~(ahead >> 63));
        return debt > LongestOwnDebt ? BurstUnits : debt;
    }

    public bool Covers(ulong debt, ulong cost) => debt + cost <= BurstUnits;

    /// <summary>The debt after a charge that cannot be refused.</summary>
    public ulong OverdrawnBy(ulong debt, ulong cost) => Math.Max(debt, Math.Min(debt + cost, BurstUnits + LongestOverdraft));

    /// <summary>Whole tokens left under a debt.</summary>
    public long RemainingAt(ulong debt) => debt >= BurstUnits ? 0 : (long)((BurstUnits - debt) / TokenUnits);

    /// <summary>Seconds until <paramref name="cost"/> is there, at least 1: max(1, ceil((cost - tokens) / rate)).</summary>
    public int SecondsUntil(ulong debt, ulong cost) =>
        debt + cost <= BurstUnits ? 1 : TimeUnits.ToSecondsAtLeastOne(debt + cost - BurstUnits);
}
