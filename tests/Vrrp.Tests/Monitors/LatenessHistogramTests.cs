using Appliance.Vrrp.Monitors;

namespace Vrrp.Tests.Monitors;

public class LatenessHistogramTests
{
    private const long Ms = 1_000_000;
    private const long Minute = 60_000 * Ms;

    [Fact]
    public void TheWorstOfTheLastHourIsForgottenAfterAnHourAndTheLongestIsNot()
    {
        var lateness = new LatenessHistogram();
        lateness.Record(70 * Ms, 1000 * Minute);
        lateness.Record(5 * Ms, 1001 * Minute);
        lateness.Record(3 * Ms, 1059 * Minute);
        Assert.Equal(70, lateness.Summary().WorstOfLastHour.TotalMilliseconds);
        lateness.Record(1 * Ms, 1060 * Minute);
        Assert.Equal(5, lateness.Summary().WorstOfLastHour.TotalMilliseconds);
        lateness.Record(1 * Ms, 1061 * Minute);
        Assert.Equal(3, lateness.Summary().WorstOfLastHour.TotalMilliseconds);
        lateness.Record(1 * Ms, 5000 * Minute); // the machine slept for days
        Assert.Equal(1, lateness.Summary().WorstOfLastHour.TotalMilliseconds);
        Assert.Equal(70, lateness.Summary().Longest.TotalMilliseconds);
    }
}
