using System.Diagnostics;
using Appliance.Vrrp.State;
using Xunit.Abstractions;

namespace Vrrp.Tests.Transport;

/// <summary>Random faults, then a fair network. Each history is its seed; a failing one prints it and what happened.</summary>
public class RandomHistoryTests(ITestOutputHelper output)
{
    private static readonly int Histories = Environment.GetEnvironmentVariable("VRRP_HISTORIES") is { } given ? int.Parse(given) : 1000;

    [Theory]
    [InlineData(true, false)]
    [InlineData(true, true)]
    [InlineData(false, false)]
    public void AFairNetworkEndsWithExactlyOneActive(bool hasPeer, bool witness)
    {
        int first = Environment.GetEnvironmentVariable("VRRP_SEED") is { } given ? int.Parse(given) : Random.Shared.Next();
        output.WriteLine($"first seed {first}");
        long begin = Stopwatch.GetTimestamp();
        Parallel.For(0, Histories, i => Play(unchecked(first + i), hasPeer, witness));
        output.WriteLine($"{Histories / Stopwatch.GetElapsedTime(begin).TotalSeconds:F0} histories a second");
    }

    private static void Play(int seed, bool hasPeer, bool witness)
    {
        var random = new Random(seed);
        int families = random.Next(1, 4);
        var network = new VirtualNetwork(
            new VirtualSettings
            {
                IntervalMs = random.Next(3) switch { 0 => 10, 1 => 100, _ => 1000 },
                Threshold = random.Next(2, 5),
                Preempt = random.Next(2) == 0,
                Primary = random.Next(2),
                SamePrimary = hasPeer && random.Next(8) == 0,
                HasPeer = hasPeer,
                Ip4 = (families & 1) != 0,
                Ip6 = (families & 2) != 0,
                Witness = witness,
                MaximumFlaps = random.Next(4),
                Passthrough = random.Next(3) == 0,
            },
            seed);
        long interval = network.Common.IntervalNs;
        foreach (VirtualNode node in network.Nodes) node.Start();
        for (int phases = random.Next(1, 7); phases > 0; phases--)
        {
            Disturb(network, random);
            network.Run(random.NextInt64(15 * interval));
        }

        Heal(network);
        long healedNs = network.NowNs;
        network.ResetSpans();
        long down = (network.Common.Threshold * interval) + interval;
        bool one = network.RunUntil(() => network.Asserting == 1, down + (3 * interval));
        network.Run(30 * interval);
        string story = $"seed {seed} {network.Common}\n{string.Join('\n', network.Trace.TakeLast(40))}";
        Assert.True(one, "nobody, or two, after the network healed: " + story);
        Assert.True(network.LongestTwoNs <= interval + (interval / 10) + 1_000_000, $"two for {network.LongestTwoNs / 1e6} ms: {story}");
        Assert.True(network.Asserting == 1, $"{network.Asserting} at the end: {story}");
        Assert.True(network.Violations.Count == 0, $"{string.Join('\n', network.Violations)}: {story}");
        CheckHolders(network, hasPeer ? long.MinValue : healedNs, story);
    }

    /// <summary>Without a HA port nobody can know of a role that was left while the LAN was cut; with one, the survivor must.</summary>
    private static void CheckHolders(VirtualNetwork network, long knowableNs, string story)
    {
        VirtualNode active = network.Active!; // one asserts, as just shown
        VirtualNode other = Array.Find(network.Nodes, n => n != active)!; // there are two
        Assert.True(active.Holds, "the active node does not hold the address: " + story);
        network.RunUntil(() => !other.Holds, 4_000_000_000);
        VirtualNode now = network.Active ?? active;
        VirtualNode idle = Array.Find(network.Nodes, n => n != now)!; // there are two
        Assert.False(idle.Holds, "the address outlived its owner: " + story);
        long left = other.Transitions.Where(t => t.From == Appliance.Vrrp.HaRole.Active).Select(t => t.AtNs).DefaultIfEmpty(long.MinValue).Max();
        if (now == active && left >= knowableNs) Assert.True(active.AnnouncedNs >= left, "the survivor did not announce after the other stepped down: " + story);
    }

    private static void Disturb(VirtualNetwork network, Random random)
    {
        int who = random.Next(2);
        VirtualNode node = network.Nodes[who];
        switch (random.Next(18))
        {
            case 0: network.Loss[who, random.Next(2)] = 1; break;
            case 1: network.Loss[who, random.Next(2)] = random.NextDouble(); break;
            case 2: network.Loss[0, 0] = network.Loss[1, 0] = network.Loss[0, 1] = network.Loss[1, 1] = 1; break;
            case 3: network.LanCut[who] = true; break;
            case 4: network.Duplication = random.NextDouble(); break;
            case 5: network.DelayNs = 1 + random.NextInt64(2 * network.Common.IntervalNs); break;
            case 6: node.Kill(); break;
            case 7: node.Stop(); break;
            case 8: node.Frozen = node.Driver is not null; break;
            case 9: node.SetCarrier(!node.Carrier); break;
            case 10: node.Apply(ElectionEvent.Links(random.Next(2) == 0, 1)); break;
            case 11: node.Apply(ElectionEvent.Switch(ElectionEventKind.UpstreamsShort, random.Next(3) > 0)); break;
            case 12: node.Apply(ElectionEvent.Switch(ElectionEventKind.BandwidthLow, random.Next(3) > 0)); break;
            case 13: node.Apply(ElectionEvent.Switch(ElectionEventKind.DataPlaneStalled, random.Next(2) == 0)); break;
            case 14: node.Apply(ElectionEvent.Switch(ElectionEventKind.Standby, random.Next(2) == 0)); break;
            case 15: network.StartForeignRouter((byte)random.Next(1, 256)); break;
            case 16: node.Apply(new ElectionEvent(ElectionEventKind.Reset)); break;
            default:
                Heal(network);
                break;
        }
    }

    private static void Heal(VirtualNetwork network)
    {
        Array.Clear(network.Loss);
        Array.Clear(network.LanCut);
        network.Duplication = 0;
        network.DelayNs = 200_000;
        network.StopForeignRouter();
        foreach (VirtualNode node in network.Nodes) node.SetCarrier(true);
        for (int i = 0; i < 2; i++)
        {
            VirtualNode node = network.Nodes[i];
            if (node.Frozen) network.Thaw(i);
            node.SetCarrier(true); // the news waited in its queue while it was frozen
            if (node.Driver is null) node.Start();
            node.MakeFit();
        }
    }
}
