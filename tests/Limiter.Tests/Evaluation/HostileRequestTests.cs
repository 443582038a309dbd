using Appliance.Limiter;
using Limiter.Tests.Support;

namespace Limiter.Tests.Evaluation;

/// <summary>Requests that mean harm: keys of any size, costs that are no numbers, keys that collide.</summary>
public sealed class HostileRequestTests
{
    private const int LongestHeader = 60 * 1024;

    [Fact]
    public void AKeyOfSixtyKibibytesCountsToItsLastByteAndAllocatesNothing()
    {
        using var under = new EngineUnderTest(Bundle.Of(Bundle.Policy("p", Bundle.Rule("r", Bundle.Bucket("1", "1"), "\"header:x-key\", \"query:k\""))));
        string value = new('k', LongestHeader - 1);
        FakeRequest one = new FakeRequest().With("x-key", value + "1").WithQuery("k=" + value);
        FakeRequest other = new FakeRequest().With("x-key", value + "2").WithQuery("k=" + value);
        FakeRequest otherQuery = new FakeRequest().With("x-key", value + "1").WithQuery("k=" + value + "2");
        Assert.Equal((true, true, true), (under.Decide(one).Allowed, under.Decide(other).Allowed, under.Decide(otherQuery).Allowed));
        Assert.Equal((false, false, false), (under.Decide(one).Allowed, under.Decide(other).Allowed, under.Decide(otherQuery).Allowed));
        for (int i = 0; i < 100; i++) under.Engine.Decide(in one, under.NowNs, under.UnixMs, 0);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 100; i++) under.Engine.Decide(in one, under.NowNs, under.UnixMs, 0);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Theory]
    [InlineData("NaN", 9)]
    [InlineData("-0", 9)]
    [InlineData("0", 9)]
    [InlineData("-1e308", 9)]
    [InlineData("Infinity", 9)]
    [InlineData("-Infinity", 9)]
    [InlineData("0x10", 9)]
    [InlineData("1,5", 9)]
    [InlineData("", 9)]
    [InlineData("1e308", -1)]
    [InlineData("1e999999999", -1)]
    [InlineData("99999999999999999999999999999999999999", -1)]
    [InlineData("11", -1)]
    [InlineData("1e-308", 9)]
    public void ACostThatIsNoSoundNumberIsTheDefaultAndOneBeyondTheBurstIsRejected(string cost, int remaining)
    {
        using var under = new EngineUnderTest(Bundle.Of(Bundle.Policy("p", Bundle.Rule("r", Bundle.Bucket("1", "10", """, "cost_source": "header:cost" """)))));
        Decision decision = under.Decide(new FakeRequest().With("cost", cost));
        Assert.Equal(remaining >= 0, decision.Allowed);
        if (decision.Allowed) Assert.Equal(remaining, decision.Remaining);
        else Assert.Equal(9, under.Decide(new FakeRequest().With("cost", "1")).Remaining);
    }

    [Fact]
    public void ACostOfSixtyKibibytesOfDigitsIsReadInBoundedTime()
    {
        using var under = new EngineUnderTest(Bundle.Of(Bundle.Policy("p", Bundle.Rule("r", Bundle.Bucket("1", "10", """, "cost_source": "header:cost" """)))));
        foreach (string cost in (string[])[new('9', LongestHeader), "0." + new string('0', LongestHeader), "1e" + new string('9', LongestHeader), "-" + new string('9', LongestHeader)])
        {
            FakeRequest request = new FakeRequest().With("cost", cost);
            for (int i = 0; i < 50; i++) under.Decide(request);
        }
    }

    [Fact]
    public void KeysThatAllCollideCostABoundedSearchAndAreCounted()
    {
        // 33 homes: whoever could aim would not do worse. The clock stands still, so that no debt lapses.
        const int Clients = 100_000;
        const int Slots = 64;
        string victim = Bundle.Policy("v", Bundle.Budget("b", "5", "1d", "\"header:victim\""), """{"pathPrefix": "/victim"}""");
        using var under = new EngineUnderTest(
            Bundle.Of(Bundle.Policy("p", Bundle.Rule("r", Bundle.Bucket("1", "1"), "\"ip:address\""), """{"pathPrefix": "/flood"}"""), victim), memoryBytes: 4096 + Slots * 64);
        FakeRequest known = new FakeRequest("/victim").With("victim", "v").With("cost", "5");
        Assert.True(under.Decide(known).Allowed);
        int rejected = 0;
        for (uint i = 0; i < Clients; i++) rejected += under.Decide(new FakeRequest("/flood") { Client = ClientAddress.FromIPv4(i) }).Allowed ? 0 : 1;
        LimiterTableStatus status = under.Table.GetStatus();
        Assert.Equal((0, Clients + 1L, 0L), (rejected, status.Used + status.TableFull, status.Evicted));
        Assert.Equal(status.TableFull, under.Engine.GetStatistics().TableFull.Sum(row => row.Count));
        // Those that have a slot are still limited, and nobody else's counter was touched.
        int limited = 0;
        for (uint i = 0; i < Clients; i++) limited += under.Decide(new FakeRequest("/flood") { Client = ClientAddress.FromIPv4(i) }).Allowed ? 0 : 1;
        Assert.Equal(status.Used - 1, limited);
        Assert.Equal(DecisionReason.BudgetExceeded, under.Decide(known).Reason);
    }
}
