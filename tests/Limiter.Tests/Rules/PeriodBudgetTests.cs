using Appliance.Limiter;
using Appliance.Limiter.Rules;
using FsCheck;
using FsCheck.Fluent;

namespace Limiter.Tests.Rules;

public sealed class PeriodBudgetTests
{
    private static readonly BudgetStage Warn = new(80, IsThrottle: false, 0);
    private static readonly BudgetStage Throttle = new(95, IsThrottle: true, 100);

    [Fact]
    public void TheWorkedExampleOfTheFormatHolds()
    {
        // Part B section 2.2: budget 100, costs 79, 1, 15, 6 with 80/95/100: allow, warn, throttle, reject.
        PeriodBudget budget = Compile(100m, 1m, foreign: false);
        var rule = new CostBudget(budget, new CostSource(CostSourceKind.Fixed, [], budget, 1), [Warn, Throttle]);
        Assert.Null(rule.StageAt(79));
        Assert.Same(Warn, rule.StageAt(80));
        Assert.Same(Throttle, rule.StageAt(95));
        Assert.True(budget.UnitsOf(101) > budget.Quanta);
        Assert.Equal((21L, 0L, 0L), (budget.RemainingAt(79), budget.RemainingAt(100), budget.RemainingAt(110)));
    }

    [Fact]
    public void WhatPassesNeverCostsMoreThanTheBudgetAndSmallFractionsAreExact() => Check.One(
        Config.QuickThrowOnFailure.WithMaxTest(3000),
        Prop.ForAll(ArbMap.Default.ArbFor<int>(), seed =>
        {
            var random = new Random(seed);
            decimal limit = Number(random, 1_000_000_000);
            decimal cost = Number(random, 1000);
            PeriodBudget budget = Compile(limit, cost, foreign: random.Next(2) == 0);
            ulong one = budget.UnitsOf(cost);
            decimal passes = Math.Floor((decimal)budget.Quanta / one);
            return passes == Math.Floor(limit / cost) && passes * cost <= limit;
        }));

    [Fact]
    public void HugeBudgetsAndCostsSaturateBelowTheTopBit()
    {
        PeriodBudget budget = Compile(TokenBucket.MaxTokens, 0.000001m, foreign: true);
        Assert.InRange(budget.Quanta, 1UL, PeriodBudget.MostQuanta);
        Assert.Equal((long)TokenBucket.MaxTokens, budget.Limit);
        foreach (decimal cost in new[] { TokenBucket.MaxTokens, TokenBucket.MaxTokens + 0.5m, decimal.MaxValue })
        {
            Assert.InRange(budget.UnitsOf(cost), budget.Quanta, PeriodBudget.MostUnits);
            Assert.True(budget.Quanta + budget.UnitsOf(cost) < 1UL << 63);
        }

        PeriodBudget least = Compile(PeriodBudget.LeastBudget, PeriodBudget.LeastBudget, foreign: false);
        Assert.Equal((1UL, 1UL), (least.Quanta, least.UnitsOf(PeriodBudget.LeastBudget)));
    }

    [Fact]
    public void AnOverrideIsFoundWithoutAllocating()
    {
        PeriodBudget budget = Compile(1m, 1m, foreign: false);
        var algorithm = new CostBudget(budget, new CostSource(CostSourceKind.Fixed, [], budget, 1), []);
        var overrides = new RuleOverrides([new("acme"u8.ToArray(), algorithm), new(RuleOverrides.KeyOf(ClientAddress.FromIPv4(1)), algorithm)]);
        long before = 0;
        bool sound = true;
        for (int i = 0; i < 2000; i++)
        {
            if (i == 1000) before = GC.GetAllocatedBytesForCurrentThread();
            sound &= overrides.TryGet("acme"u8, out _) && !overrides.TryGet("other"u8, out _);
            sound &= overrides.TryGet(ClientAddress.FromIPv4(1), out _) && !overrides.TryGet(ClientAddress.FromIPv4(2), out _);
        }

        Assert.True(sound);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private static PeriodBudget Compile(decimal budget, decimal cost, bool foreign) => PeriodBudget.Compile(budget, BudgetPeriod.Day, [cost], foreign);

    /// <summary>Above 0, with up to six decimals.</summary>
    private static decimal Number(Random random, int most)
    {
        decimal scale = 1;
        for (int digits = random.Next(7); digits > 0; digits--) scale *= 10;
        return random.Next(1, most) / scale;
    }
}
