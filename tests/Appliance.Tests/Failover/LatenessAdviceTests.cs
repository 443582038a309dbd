using Appliance.Failover;

namespace Appliance.Tests.Failover;

public sealed class LatenessAdviceTests
{
    [Theory]
    [InlineData(150, 100, 3, null)]
    [InlineData(151, 100, 3, "110ms")]
    [InlineData(20, 10, 3, "20ms")]
    [InlineData(15, 10, 3, null)]
    public void TheIntervalThatWouldBeSafeIsNamed(double worstMs, int intervalMs, int threshold, string? advised)
    {
        string? advice = LatenessAdvice.Of(TimeSpan.FromMilliseconds(worstMs), TimeSpan.FromMilliseconds(intervalMs), threshold);
        if (advised is null) Assert.Null(advice);
        else Assert.Contains($"set ha.peer_check_interval to {advised} or more", advice, StringComparison.Ordinal);
        if (advised is not null) Assert.Null(LatenessAdvice.Of(TimeSpan.FromMilliseconds(worstMs), TimeSpan.FromMilliseconds(int.Parse(advised[..^2])), threshold));
    }
}
