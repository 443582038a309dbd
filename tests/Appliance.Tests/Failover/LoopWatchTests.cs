using Appliance.Failover;
using Appliance.Proxy;

namespace Appliance.Tests.Failover;

public sealed class LoopWatchTests
{
    private const long StepNs = 100_000_000;

    private readonly LoopWatch _watch = new(limitNs: 10 * StepNs);
    private long _nowNs = 5_000_000_000;

    [Fact]
    public void LoopsThatTurnAreNeverStalled()
    {
        for (long turn = 0; turn < 100; turn++) Assert.Equal(-1, Look(turn, turn * 3));
    }

    [Fact]
    public void ALoopThatStandsStillForTheLimitIsNamed()
    {
        Assert.Equal(-1, Look(1, 7));
        for (long turn = 2; turn <= 10; turn++) Assert.Equal(-1, Look(turn, 7));
        Assert.Equal(1, Look(11, 7));
        Assert.Equal(-1, Look(12, 8));
    }

    [Fact]
    public void AWatcherThatSleptBlamesNobodyAtFirst()
    {
        Look(1, 1);
        _nowNs += 60 * StepNs;
        Assert.Equal(-1, Look(1, 1));
        for (int step = 0; step < 9; step++) Assert.Equal(-1, Look(step, 1));
        Assert.Equal(1, Look(50, 1));
    }

    private int Look(params long[] turns)
    {
        _nowNs += StepNs;
        return _watch.FindStalled([.. turns.Select((turn, number) => new LoopStatus(number, turn, 0, 0))], _nowNs);
    }
}
