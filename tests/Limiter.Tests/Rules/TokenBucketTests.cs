using Appliance.Limiter.Rules;

namespace Limiter.Tests.Rules;

public sealed class TokenBucketTests
{
    [Theory]
    [InlineData("10", "10", "1")]
    [InlineData("3", "10", "1")]
    [InlineData("7", "7", "1")]
    [InlineData("0.3", "0.9", "0.1")]
    [InlineData("70001", "140002", "1")]
    [InlineData("12345678", "99999999", "1")]
    [InlineData("100000000", "1000000000", "1")]
    public void ABurstIsExactlyAsManyCostsAsFitWhateverTheRate(string rate, string burst, string cost)
    {
        TokenBucket bucket = TokenBucket.Compile(decimal.Parse(rate), decimal.Parse(burst), [decimal.Parse(cost)], foreignCosts: false);
        ulong fits = (ulong)Math.Floor(decimal.Parse(burst) / decimal.Parse(cost));
        ulong units = bucket.UnitsOf(decimal.Parse(cost));
        Assert.True(bucket.Covers((fits - 1) * units, units));
        Assert.False(bucket.Covers(fits * units, units));
    }

    [Theory]
    [InlineData("10")]
    [InlineData("3")]
    [InlineData("0.7")]
    [InlineData("99991")]
    [InlineData("33333333")]
    public void TheRateIsNeverAboveTheConfiguredOneAndHardlyBelow(string rate)
    {
        decimal wanted = decimal.Parse(rate);
        foreach (bool foreignCosts in new[] { false, true })
        {
            TokenBucket bucket = TokenBucket.Compile(wanted, wanted * 2, [1], foreignCosts);
            decimal effective = (decimal)TimeUnits.PerSecond / bucket.TokenUnits;
            Assert.InRange(effective, wanted * (1 - 1m / TokenBucket.LeastUnitsPerQuantum), wanted);
        }
    }

    [Fact]
    public void WaitsAreThoseOfTheReference()
    {
        // rate 50, 3 tokens, cost 10 -> 1; rate 10, burst 100, cost 150 -> 5.
        TokenBucket fifty = TokenBucket.Compile(50, 100, [10], foreignCosts: false);
        Assert.Equal(1, fifty.SecondsUntil(fifty.UnitsOf(97), fifty.UnitsOf(10)));
        TokenBucket ten = TokenBucket.Compile(10, 100, [150], foreignCosts: false);
        Assert.Equal(5, ten.SecondsUntil(0, ten.UnitsOf(150)));
    }

    [Fact]
    public void HugeCostsSaturateInsteadOfWrapping()
    {
        TokenBucket bucket = TokenBucket.Compile(0.00001m, 10, [1], foreignCosts: true);
        Assert.Equal(TimeUnits.MaxSpan, bucket.UnitsOf(decimal.MaxValue));
        Assert.False(bucket.Covers(bucket.BurstUnits, bucket.UnitsOf(decimal.MaxValue)));
    }

    [Fact]
    public void RemainingIsTheWholeTokens()
    {
        TokenBucket bucket = TokenBucket.Compile(10, 10, [0.5m], foreignCosts: false);
        Assert.Equal(9, bucket.RemainingAt(bucket.UnitsOf(0.5m)));
        Assert.Equal(0, bucket.RemainingAt(bucket.UnitsOf(9.5m)));
    }
}
