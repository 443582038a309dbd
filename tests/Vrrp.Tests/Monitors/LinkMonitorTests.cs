using System.Collections.Immutable;
using Appliance.Vrrp.Monitors;

namespace Vrrp.Tests.Monitors;

public class LinkMonitorTests
{
    private const long Ms = 1_000_000;
    private const long Second = 1000 * Ms;

    [Fact]
    public void AtStartEveryLinkCountsAsItIs()
    {
        LinkMonitor links = Make([true, false, true], [[0, 1], [2]], minimum: 2);
        Assert.True(links.Carrier);
        Assert.Equal((1, true, long.MaxValue), (links.ActivePairs, links.TooFew, links.NextNs));
    }

    [Fact]
    public void ALinkThatGoesDownCountsAtOnceAndOneThatComesBackAfterASecond()
    {
        LinkMonitor links = Make([true], [[0]], minimum: 1);
        links.See(0, false, 5 * Second);
        Assert.Equal(5 * Second, links.NextNs);
        Assert.True(links.Settle(5 * Second));
        Assert.Equal((false, true), (links.Carrier, links.TooFew));

        links.See(0, true, 6 * Second);
        Assert.False(links.Settle(7 * Second - 1));
        Assert.False(links.Carrier);
        Assert.True(links.Settle(7 * Second));
        Assert.Equal((true, false), (links.Carrier, links.TooFew));
    }

    [Fact]
    public void ALinkThatFlapsWithinTheDebounceNeverCountsAsUp()
    {
        LinkMonitor links = Make([true], [], minimum: 0);
        links.See(0, false, 0);
        links.Settle(0);
        for (long at = 100 * Ms; at < 5 * Second; at += 600 * Ms)
        {
            links.See(0, true, at);
            links.Settle(at + 300 * Ms);
            links.See(0, false, at + 300 * Ms);
            links.Settle(at + 300 * Ms);
            Assert.False(links.Carrier);
        }
    }

    [Fact]
    public void AShortLossIsForgivenWhereTheDownDebounceSaysSo()
    {
        LinkMonitor links = Make([true], [], minimum: 0, downMs: 200);
        links.See(0, false, 0);
        Assert.False(links.Settle(199 * Ms));
        links.See(0, true, 199 * Ms);
        Assert.Equal(long.MaxValue, links.NextNs);
        Assert.False(links.Settle(Second));
        Assert.True(links.Carrier);
    }

    [Fact]
    public void APairCountsOnlyWhileAllOfItsLinksAreUp()
    {
        LinkMonitor links = Make([true, true, true, true], [[0, 1], [2, 3]], minimum: 1);
        Assert.Equal(2, links.ActivePairs);
        links.See(1, false, 0);
        links.Settle(0);
        Assert.Equal((1, false), (links.ActivePairs, links.TooFew));
        links.See(2, false, 0);
        links.See(3, false, 0);
        links.Settle(0);
        Assert.Equal((0, true), (links.ActivePairs, links.TooFew));
        Assert.True(links.Carrier);
    }

    private static LinkMonitor Make(bool[] up, ImmutableArray<int>[] pairs, int minimum, int downMs = 0) =>
        new(up, [.. pairs], minimum, downMs * Ms, Second);
}
