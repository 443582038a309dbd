using Appliance.Proxy.Upstreams;
using FsCheck;
using FsCheck.Fluent;
using Proxy.Tests.Support;

namespace Proxy.Tests.Upstreams;

/// <summary>A fifth of the traffic, but ten a second always.</summary>
public sealed class RetryBudgetTests
{
    private const long Second = 1_000_000_000;

    [Fact]
    public void TenASecondAreAlwaysThere()
    {
        var budget = new RetryBudget();
        for (int second = 0; second < 30; second++)
        {
            Assert.Equal(10, Takes(budget, second * Second, 50));
        }
    }

    [Fact]
    public void AFifthOfTheRequestsOfTheLastTenSeconds()
    {
        var budget = new RetryBudget();
        for (int i = 0; i < 1000; i++) budget.CountRequest(5 * Second);
        Assert.Equal(200, Takes(budget, 5 * Second, 1000));
        Assert.Equal(10, Takes(budget, 14 * Second + Second - 1, 1000));
        Assert.Equal(10, Takes(budget, 15 * Second, 1000));
    }

    [Fact]
    public void WhatIsOlderThanTenSecondsIsForgotten()
    {
        var budget = new RetryBudget();
        for (int i = 0; i < 1000; i++) budget.CountRequest(0);
        Assert.Equal(200, Takes(budget, 9 * Second, 1000));
        budget = new RetryBudget();
        for (int i = 0; i < 1000; i++) budget.CountRequest(0);
        Assert.Equal(10, Takes(budget, 10 * Second, 1000));
    }

    [Fact]
    public async Task ALongSilenceIsForgottenAtOnce()
    {
        var budget = new RetryBudget();
        for (int i = 0; i < 1000; i++) budget.CountRequest(0);
        Assert.Equal(10, await Task.Run(() => Takes(budget, long.MaxValue, 50)).In());
    }

    /// <summary>Whoever reads the clock a little earlier than the one before him forgets nothing.</summary>
    [Fact]
    public void ALookAtAnEarlierTimeForgetsNothing()
    {
        var budget = new RetryBudget();
        for (int i = 0; i < 1000; i++) budget.CountRequest(5 * Second);
        Assert.True(budget.TryTake(4 * Second));
        Assert.Equal(199, Takes(budget, 5 * Second, 1000));
    }

    [Fact]
    public void AgreesWithAPlainList()
    {
        Gen<(int Kind, int Ms)> step = from kind in Gen.Choose(0, 3) from ms in Gen.Frequency((9, Gen.Choose(0, 60)), (1, Gen.Choose(0, 4000))) select (kind, ms);
        Prop.ForAll(step.ListOf(400).ToArbitrary(), steps =>
        {
            var budget = new RetryBudget();
            var requests = new List<long>();
            var retries = new List<long>();
            long nowNs = 77 * Second;
            foreach ((int kind, int ms) in steps)
            {
                nowNs += ms * 1_000_000L;
                long second = nowNs / Second;
                if (kind == 0)
                {
                    budget.CountRequest(nowNs);
                    requests.Add(second);
                    continue;
                }

                bool may = retries.Count(at => at == second) < 10
                    || (retries.Count(at => at > second - 10) + 1) * 5 <= requests.Count(at => at > second - 10);
                Assert.Equal(may, budget.TryTake(nowNs));
                if (may) retries.Add(second);
            }
        }).QuickCheckThrowOnFailure();
    }

    private static int Takes(RetryBudget budget, long nowNs, int tries) => Enumerable.Range(0, tries).Count(_ => budget.TryTake(nowNs));
}
