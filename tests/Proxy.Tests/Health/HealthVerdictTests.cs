using Appliance.Proxy.Configuration;
using Appliance.Proxy.Health;
using Appliance.Proxy.Upstreams;

namespace Proxy.Tests.Health;

/// <summary>Thresholds of active and passive checks.</summary>
public sealed class HealthVerdictTests
{
    private static readonly HealthCheckSettings Settings = new() { HealthyAfter = 2, UnhealthyAfter = 3 };

    /// <summary>+ a check that passed, - one that failed; then U or D after each.</summary>
    [Theory]
    [InlineData("+", "U")]
    [InlineData("-", "D")]
    [InlineData("-+", "DD")]
    [InlineData("-++", "DDU")]
    [InlineData("-+-++", "DDDDU")]
    [InlineData("+--", "UUU")]
    [InlineData("+---", "UUUD")]
    [InlineData("+--+--+", "UUUUUUU")]
    [InlineData("+---++---", "UUUDDUUUD")]
    public void FollowsTheTable(string results, string expected)
    {
        HealthRecord record = HealthRecord.Initial;
        string verdicts = "";
        int changes = 0;
        foreach (char result in results)
        {
            HealthRecord next = HealthVerdict.After(Settings, record, result == '+' ? null : "refused", DateTimeOffset.UnixEpoch.AddSeconds(++changes));
            Assert.Equal(next.Up == record.Up ? record.Since : DateTimeOffset.UnixEpoch.AddSeconds(changes), next.Since);
            record = next;
            verdicts += record.Up ? 'U' : 'D';
        }

        Assert.Equal(expected, verdicts);
        Assert.Equal((results.Count(c => c == '+'), results.Count(c => c == '-')), (record.Good, record.Failed));
        Assert.Equal(results[^1] == '+' ? null : "refused", record.LastFailure);
    }

    [Theory]
    [InlineData(0, 9_000_000_000)]
    [InlineData(0.5, 10_000_000_000)]
    [InlineData(1, 11_000_000_000)]
    public void TheIntervalIsMovedByUpToATenth(double drawn, long expectedNs) =>
        Assert.Equal(expectedNs, HealthVerdict.DelayNs(TimeSpan.FromSeconds(10), drawn));

    [Theory]
    [InlineData(0, 1, 50, true)]
    [InlineData(0, 10, 1, true)]
    [InlineData(1, 4, 50, true)]
    [InlineData(2, 4, 50, false)]
    [InlineData(1, 2, 50, false)]
    [InlineData(1, 2, 100, true)]
    public void NoMoreThanAShareIsEjectedButOneMayBe(int ejected, int servers, int percent, bool may) =>
        Assert.Equal(may, Ejection.MayEject(ejected, servers, percent));

    [Theory]
    [InlineData(1, 5, 2)]
    [InlineData(2, 5, 3)]
    [InlineData(10, 5, 10)]
    [InlineData(2, 59, 3)]
    [InlineData(2, 60, 1)]
    public void TheTimeGrowsUntilTheServerHasServedForAsLong(int times, int servedSeconds, int next) =>
        Assert.Equal(next, Ejection.NextTimes(times, servedSeconds * 1_000_000_000L, TimeSpan.FromSeconds(30)));

    [Fact]
    public void OnlyFailuresInARowEject()
    {
        var settings = new EjectionSettings { ConsecutiveFailures = 3 };
        var ejection = new Ejection();
        Assert.False(ejection.Count(ServerOutcome.Failed, settings));
        Assert.False(ejection.Count(ServerOutcome.Failed, settings));
        Assert.False(ejection.Count(ServerOutcome.Fault, settings));
        Assert.False(ejection.Count(ServerOutcome.Failed, settings));
        Assert.False(ejection.Count(ServerOutcome.Unknown, settings));
        Assert.False(ejection.Count(ServerOutcome.Failed, settings));
        Assert.True(ejection.Count(ServerOutcome.Failed, settings));
        Assert.Equal(TimeSpan.FromSeconds(30), ejection.Eject(settings, 1000));
        Assert.True(ejection.IsEjected(30_000_000_999));
        Assert.False(ejection.IsEjected(30_000_001_000));
        Assert.Equal(TimeSpan.FromSeconds(60), ejection.Eject(settings, 31_000_000_000));
        ejection.Clear();
        Assert.False(ejection.IsEjected(31_000_000_001));
    }

    [Theory]
    [InlineData(200, "Good")]
    [InlineData(404, "Good")]
    [InlineData(429, "Good")]
    [InlineData(500, "Fault")]
    [InlineData(501, "Fault")]
    [InlineData(502, "Failed")]
    [InlineData(503, "Failed")]
    [InlineData(504, "Failed")]
    public void StatusesSpeakForOrAgainstTheServer(int status, string outcome) => Assert.Equal(outcome, ServerOutcomes.OfStatus(status).ToString());
}
