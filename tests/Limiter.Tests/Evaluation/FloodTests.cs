using Appliance.Limiter;
using Limiter.Tests.Support;

namespace Limiter.Tests.Evaluation;

/// <summary>Ten times more keys than the table has slots: memory stays what it was, and limits that are in force are not forgotten.</summary>
[Collection(AloneCollection.Name)]
public sealed class FloodTests
{
    private const uint Keys = 10_000_000;
    private const int Victims = 1000;

    [Fact]
    public void TenMillionKeysForAMillionSlotsMakeNoLiveLimitForgotten()
    {
        string perClient = Bundle.Policy("p", Bundle.Rule("r", Bundle.Bucket("1", "1"), "\"ip:address\""), """{"pathPrefix": "/flood"}""");
        string victims = Bundle.Policy("v", Bundle.Concurrency("c", 1, "\"ip:address\"") + "," + Bundle.Budget("b", "5", "1d", "\"ip:address\""), """{"pathPrefix": "/victim"}""");
        using var under = new EngineUnderTest(Bundle.Of(perClient, victims), memoryBytes: 4096 + 1_000_000 * 64);
        var requests = new FakeRequest[Victims];
        var held = new Decision[Victims];
        for (uint i = 0; i < Victims; i++)
        {
            requests[i] = new FakeRequest("/victim") { Client = ClientAddress.FromIPv4(0xF000_0000 + i) }.With("cost", "5");
            held[i] = under.Decide(requests[i]);
            Assert.True(held[i].Allowed);
        }

        long before = GC.GetAllocatedBytesForCurrentThread();
        Flood(under);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 4096);
        LimiterTableStatus status = under.Table.GetStatus();
        Assert.InRange(status.Used, 900_000, 1_000_000);
        Assert.True(status.Evicted > Keys / 2);
        for (int i = 0; i < Victims; i++)
        {
            Assert.Equal(DecisionReason.ConcurrencyExceeded, under.Decide(requests[i]).Reason);
            under.Release(held[i]);
            Assert.Equal(DecisionReason.BudgetExceeded, under.Decide(requests[i]).Reason);
        }
    }

    private static void Flood(EngineUnderTest under)
    {
        var request = new FakeRequest("/flood");
        for (uint key = 0; key < Keys; key++)
        {
            // Two hundred thousand a second: a fifth of the table is in debt at any moment.
            under.NowNs += 5000;
            request = request with { Client = ClientAddress.FromIPv4(key) };
            Assert.True(under.Decide(request).Allowed);
        }
    }
}
