namespace Appliance.Limiter.Rules;

/// <summary>
/// An amount per calendar window, compiled to integers: what is used in a window is one whole number of quanta, the budget is rounded
/// down and costs are rounded up to one. Pure arithmetic; the table applies it.
/// </summary>
internal sealed class PeriodBudget : ICostScale
{
    /// <summary>No budget holds more quanta: a counter of the table can hold them, and a use that saturates at <see cref="MostUnits"/> is above any budget.</summary>
    public const ulong MostQuanta = 1_000_000_000_000_000;
    public const ulong MostUnits = 1UL << 62;

    /// <summary>Tokens: one quantum of the finest kind.</summary>
    public const decimal LeastBudget = 0.000001m;

    private PeriodBudget(decimal budget, BudgetPeriod period, int quantaPerToken)
    {
        QuantaPerToken = quantaPerToken;
        Quanta = (ulong)Math.Floor(budget * quantaPerToken);
        Period = period;
        Limit = (long)Math.Floor(budget);
    }

    /// <summary>A power of ten. Part of the counters' keys, because what was counted in other parts means something else.</summary>
    public int QuantaPerToken { get; }

    /// <summary>What may be used in one window; rejection begins above it.</summary>
    public ulong Quanta { get; }

    public BudgetPeriod Period { get; }

    /// <summary>The budget in whole tokens.</summary>
    public long Limit { get; }

    /// <param name="budget">Tokens, at least a millionth, at most <see cref="TokenBucket.MaxTokens"/>.</param>
    /// <param name="period">The window.</param>
    /// <param name="fixedCosts">The costs that the rule itself names.</param>
    /// <param name="foreignCosts">True when requests bring costs of their own.</param>
    public static PeriodBudget Compile(decimal budget, BudgetPeriod period, ReadOnlySpan<decimal> fixedCosts, bool foreignCosts)
    {
        int wanted = Math.Max(Rules.Quanta.Needed(budget), foreignCosts ? Rules.Quanta.ForForeignCosts : 1);
        foreach (decimal cost in fixedCosts) wanted = Math.Max(wanted, Rules.Quanta.Needed(cost));
        while (wanted > 1 && budget * wanted > MostQuanta) wanted /= 10;
        return new PeriodBudget(budget, period, wanted);
    }

    /// <summary>The quanta of <paramref name="cost"/> tokens, at most <see cref="MostUnits"/>.</summary>
    public ulong UnitsOf(decimal cost)
    {
        if (cost > TokenBucket.MaxTokens) return MostUnits;
        decimal quanta = Math.Ceiling(cost * QuantaPerToken);
        return quanta >= MostUnits ? MostUnits : (ulong)quanta;
    }

    /// <summary>Whole tokens left when so much is used.</summary>
    /// <param name="used">Quanta.</param>
    public long RemainingAt(ulong used) => used >= Quanta ? 0 : (long)((Quanta - used) / (ulong)QuantaPerToken);

    public BudgetWindow WindowAt(long unixSeconds) => BudgetWindow.At(Period, unixSeconds);
}
