using Appliance.Limiter;
using Appliance.Limiter.Statistics;
using Limiter.Tests.Support;

namespace Limiter.Tests.Statistics;

public sealed class StatisticsTests
{
    [Fact]
    public void AnObservationLiesInTheFirstBucketThatIsNotSmallerWhicheverLaneMadeIt()
    {
        var cells = new HistogramCells(2, [1, 5, 10]);
        foreach ((int lane, long value) in new[] { (0, 0L), (1, 1), (0, 2), (1, 5), (1, 11) }) cells.Observe(lane, value);
        HistogramCount count = cells.Read();
        Assert.Equal(new long[] { 2, 2, 0, 1 }, count.Counts.ToArray());
        Assert.Equal(19, count.Sum);
    }

    [Fact]
    public void TheLatestLanesValueIsShownAndNoneBeforeTheFirst()
    {
        var cells = new LaneCells(3, 2);
        Assert.Null(cells.Latest(0, 1));
        foreach ((int lane, long stamp, long value) in new[] { (2, 7L, 70L), (0, 9, 0), (1, 8, 80) })
        {
            cells.Set(lane, 1, value);
            cells.Set(lane, 0, stamp);
        }

        Assert.Equal(0, cells.Latest(0, 1));
        Assert.Equal(80, cells.Max(1));
    }

    [Fact]
    public void ABreakerThatWasMetOpenIsKnownToBeOpenUntilItCloses()
    {
        using var under = new EngineUnderTest(Bundle.Of(Bundle.Policy(
            "p", Bundle.Rule("r", Bundle.Bucket("100", "100")),
            more: """ "circuit_breaker": {"enabled": true, "spend_rate_threshold_per_minute": 2, "auto_reset_after_minutes": 1},""")));
        PolicyCount Count() => Assert.Single(under.Engine.GetStatistics().Policies);
        Assert.True(Count().HasBreaker);
        Assert.True(under.Decide(new FakeRequest("/")).Allowed);
        Assert.Equal(0, Count().BreakerOpenUntilMs);
        Assert.False(under.Decide(new FakeRequest("/")).Allowed);
        Assert.Equal(under.UnixMs + 60_000, Count().BreakerOpenUntilMs);
        under.Pass(TimeSpan.FromSeconds(20));
        Assert.False(under.Decide(new FakeRequest("/")).Allowed);
        Assert.Equal(under.UnixMs + 40_000, Count().BreakerOpenUntilMs);
        Assert.Equal(3, Count().Evaluations);
    }

    [Theory]
    [InlineData("warn")]
    [InlineData("throttle")]
    [InlineData("reject")]
    public void EveryRepetitionCountsWhateverIsDoneAboutIt(string action)
    {
        using var under = new EngineUnderTest(Bundle.Of(Bundle.Policy(
            "p", "", more: $$""" "loop_detection": {"enabled": true, "window_seconds": 60, "threshold_identical_requests": 2, "action": "{{action}}"},""")));
        for (int time = 0; time < 4; time++) under.Decide(new FakeRequest("/"));
        Assert.Equal(3, Assert.Single(under.Engine.GetStatistics().Policies).Loops);
    }

    [Fact]
    public void RetryAfterIsObservedForEveryReject()
    {
        using var under = new EngineUnderTest(Bundle.Of(Bundle.Policy("p", Bundle.Rule("r", Bundle.Bucket("0.1", "1")))));
        for (int time = 0; time < 3; time++) under.Decide(new FakeRequest("/"));
        HistogramCount count = under.Engine.GetStatistics().RetryAfter;
        Assert.Equal(2, count.Counts.Sum());
        Assert.InRange(count.Sum, 2 * 10, 2 * 15);
        LimiterResultCount results = Assert.Single(under.Engine.GetStatistics().LimiterResults);
        Assert.Equal(("token_bucket", 1L, 2L), (results.Algorithm, results.Allowed, results.Denied));
    }
}
