using Appliance.Proxy.Balancing;
using Appliance.Proxy.Configuration;
using FsCheck;
using FsCheck.Fluent;

namespace Proxy.Tests.Balancing;

/// <summary>What each policy promises, without a socket.</summary>
public sealed class BalancerTests
{
    private const int Keys = 4000;

    [Fact]
    public void RoundRobinIsSmooth()
    {
        Candidate[] servers = [Server("a", 5), Server("b", 1), Server("c", 1)];
        Balancer balancer = Balancer.Create(BalanceMethod.RoundRobin, new Random(1));
        Assert.Equal("aabacaa", string.Concat(Enumerable.Range(0, 7).Select(_ => "abc"[balancer.Pick(servers, 0)])));
    }

    [Fact]
    public void RoundRobinSharesExactlyByWeight()
    {
        Prop.ForAll(Gen.Choose(1, 256).NonEmptyListOf().Where(weights => weights.Count <= 12).ToArbitrary(), weights =>
        {
            Candidate[] servers = [.. weights.Select((weight, i) => Server($"s{i}", weight))];
            var balancer = new RoundRobinBalancer();
            int[] counts = new int[servers.Length];
            int sum = weights.Sum();
            for (int i = 0; i < sum; i++) counts[balancer.Pick(servers, 0)]++;
            return counts.SequenceEqual(weights);
        }).QuickCheckThrowOnFailure();
    }

    [Theory]
    [InlineData(new[] { 1, 1, 1 }, new[] { 3, 1, 2 }, 1)]
    [InlineData(new[] { 4, 1 }, new[] { 4, 1 }, 0)]
    [InlineData(new[] { 1, 4 }, new[] { 0, 2 }, 1)]
    [InlineData(new[] { 3, 1 }, new[] { 0, 0 }, 0)]
    public void LeastConnectionsTakesTheLeastLoadedForItsWeight(int[] weights, int[] underWay, int expected)
    {
        Candidate[] servers = [.. weights.Select((weight, i) => Server($"s{i}", weight, underWay[i]))];
        Assert.Equal(expected, new LeastConnectionsBalancer().Pick(servers, 0));
    }

    [Fact]
    public void LeastConnectionsAtRestSharesByTurns()
    {
        Candidate[] servers = [Server("a", 1), Server("b", 1), Server("c", 1)];
        var balancer = new LeastConnectionsBalancer();
        int[] counts = new int[3];
        for (int i = 0; i < 300; i++) counts[balancer.Pick(servers, 0)]++;
        Assert.Equal([100, 100, 100], counts);
    }

    [Fact]
    public void LeastConnectionsKeepsLoadsProportionalToTheWeights()
    {
        SharedCounter[] loads = [new(), new(), new()];
        Candidate[] servers = [.. new[] { 4, 2, 1 }.Select((weight, i) => new Candidate((ulong)i, loads[i]) { Weight = weight * SlowStart.Full })];
        var balancer = new LeastConnectionsBalancer();
        for (int i = 0; i < 700; i++) loads[balancer.Pick(servers, 0)].Increment();
        Assert.Equal([400L, 200L, 100L], loads.Select(load => (load.Value + 5) / 10 * 10));
    }

    [Fact]
    public void RandomTwoNeverTakesTheMostLoaded()
    {
        Candidate[] servers = [Server("a", 1, 9), Server("b", 1, 5), Server("c", 1, 1)];
        var balancer = new RandomTwoBalancer(new Random(7));
        int[] counts = new int[3];
        for (int i = 0; i < 3000; i++) counts[balancer.Pick(servers, 0)]++;
        Assert.Equal(0, counts[0]);
        Assert.InRange(counts[1], 800, 1200);
        Assert.InRange(counts[2], 1800, 2200);
    }

    [Fact]
    public void RandomTwoDrawsByWeightAndTakesTheOnlyOne()
    {
        Assert.Equal(0, new RandomTwoBalancer(new Random(1)).Pick([Server("a", 1)], 0));
        // Equal loads for their weights: the first drawn is kept, and drawn by weight.
        Candidate[] servers = [Server("a", 3, 2), Server("b", 1, 0)];
        var balancer = new RandomTwoBalancer(new Random(3));
        int heavy = Enumerable.Range(0, 4000).Count(_ => balancer.Pick(servers, 0) == 0);
        Assert.InRange(heavy, 2800, 3200);
    }

    [Fact]
    public void HashKeepsAKeyOnItsServer()
    {
        Candidate[] servers = [Server("a", 1), Server("b", 1), Server("c", 1)];
        var balancer = new RendezvousBalancer();
        for (ulong key = 1; key < 100; key++) Assert.Equal(balancer.Pick(servers, key), balancer.Pick(servers, key));
    }

    [Fact]
    public void HashWithoutAKeyGoesInTurn()
    {
        Candidate[] servers = [Server("a", 1), Server("b", 1)];
        var balancer = new RendezvousBalancer();
        Assert.Equal("abab", string.Concat(Enumerable.Range(0, 4).Select(_ => "ab"[balancer.Pick(servers, 0)])));
    }

    [Fact]
    public void RemovingAServerMovesOnlyItsShare()
    {
        Gen<(IList<int> Weights, int Removed, int Seed)> cases =
            from weights in Gen.Choose(1, 16).ListOf(6)
            from removed in Gen.Choose(0, 5)
            from seed in Gen.Choose(0, int.MaxValue)
            select ((IList<int>)weights, removed, seed);
        Prop.ForAll(cases.ToArbitrary(), test =>
        {
            Candidate[] all = [.. test.Weights.Select((weight, i) => Server($"192.0.2.{i}:80", weight))];
            Candidate gone = all[test.Removed];
            Candidate[] rest = [.. all.Where(server => server != gone)];
            var balancer = new RendezvousBalancer();
            int moved = 0;
            for (int i = 0; i < Keys; i++)
            {
                ulong key = KeyHash.Mix((ulong)(test.Seed + (long)i)) | 1;
                Candidate before = all[balancer.Pick(all, key)], after = rest[balancer.Pick(rest, key)];
                if (before == gone) moved++;
                else Assert.Same(before, after);
            }

            double share = (double)test.Weights[test.Removed] / test.Weights.Sum();
            Assert.InRange(moved / (double)Keys, share - 0.05, share + 0.05);
        }).QuickCheckThrowOnFailure();
    }

    [Theory]
    [InlineData(0, 1000, 10)]
    [InlineData(500, 1000, 55)]
    [InlineData(999, 1000, 99)]
    [InlineData(1000, 1000, 100)]
    [InlineData(5, 0, 100)]
    public void SlowStartGrowsFromATenthToTheWhole(long elapsedNs, long spanNs, int percent)
    {
        Assert.Equal(3 * percent, SlowStart.Weight(3, 7000, spanNs, 7000 + elapsedNs));
        Assert.Equal(300, SlowStart.Weight(3, long.MinValue, spanNs, 7000));
    }

    [Fact]
    public void EveryLengthOfKeyHashesDifferentlyAndNeverToZero()
    {
        var seen = new HashSet<ulong>();
        for (int length = 0; length < 64; length++) Assert.True(seen.Add(KeyHash.Of(new byte[length])));
        Assert.DoesNotContain(0UL, seen);
        Assert.NotEqual(KeyHash.Of("abcdefgh1"u8), KeyHash.Of("abcdefgh2"u8));
    }

    private static Candidate Server(string name, int weight, int underWay = 0)
    {
        var load = new SharedCounter();
        for (int i = 0; i < underWay; i++) load.Increment();
        return new Candidate(KeyHash.Of(System.Text.Encoding.ASCII.GetBytes(name)), load) { Weight = weight * SlowStart.Full };
    }
}
