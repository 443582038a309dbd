using Integration.Lab;

namespace Integration.Heartbeat;

/// <summary>An attacker on the HA link or the LAN who sends whatever it likes from the peer's address, much of it.</summary>
public sealed class FloodTests
{
    /// <summary>Seconds; longer than the peer's down interval, so that a timer that is moved shows.</summary>
    private const double Duration = 2;
    private const double WarmUp = 0.5;
    private static readonly NodeSettings Settings = new() { CheckInterval = "500ms" };

    /// <summary>KiB. The runtime's own coming and going; one byte kept per datagram would be more than twice that over both floods.</summary>
    private const long MemoryNoise = 24 * 1024;

    [Theory]
    [InlineData("a", 1)]
    [InlineData("b", 2)]
    public void AHundredThousandBadDatagramsASecondOnTheHaPortChangeNothing(string target, byte address)
    {
        using var pair = NodePair.Running(Settings);
        byte[] heard = Heard(pair, target, "ha", $"a heartbeat to {target}", frame => ForgedFrame.IsUdpTo(frame, address, 7400));
        // All from the peer's address and port: a recording, one with a wrong signature, one cut short.
        byte[][] frames =
        [
            new ForgedFrame(heard).NoUdpChecksum().Bytes,
            new ForgedFrame(heard).NoUdpChecksum().WrongEnd().Bytes,
            new ForgedFrame(heard).NoUdpChecksum().CutTo(108).Bytes,
        ];

        AssertUnmoved(pair, target, "ha", frames, 100_000);

        var node = target == "a" ? pair.A : pair.B;
        foreach (string reason in (string[])["replayed", "bad_tag", "truncated"])
            Assert.True(node.Metric($"appliance_ha_heartbeats_refused_total{{reason=\"{reason}\"}}") > 1000, $"{reason}\n{pair.Describe()}");
    }

    [Theory]
    [InlineData("a", 12)]
    [InlineData("b", 11)]
    public void TenThousandBadAdvertsASecondChangeNothing(string target, byte source)
    {
        using var pair = NodePair.Running(Settings);
        byte[] heard = HeardAdvert(pair);
        ForgedFrame Forged() => new ForgedFrame(heard).SourceOf(source);
        byte[][] frames =
        [
            Forged().Ttl(64).Bytes,
            Forged().WrongVrrpChecksum().Bytes,
            Forged().VersionTypeRouter(0x2133).Bytes,
            Forged().VersionTypeRouter(0x3233).Bytes,
            Forged().VersionTypeRouter(0x3134).Bytes,
            Forged().Interval(0).Bytes,
            Forged().CutTo(6).Bytes,
        ];

        AssertUnmoved(pair, target, "lan", frames, 10_000);

        var node = target == "a" ? pair.A : pair.B;
        foreach (string reason in (string[])["ttl_not_255", "bad_checksum", "wrong_version", "wrong_type", "unknown_router_id", "zero_interval", "truncated"])
            Assert.True(node.Metric($"appliance_ha_adverts_refused_total{{reason=\"{reason}\"}}") > 100, $"{reason}\n{pair.Describe()}");
    }

    [Theory]
    [InlineData("a", 12, 255)]
    [InlineData("b", 11, 0)]
    public void AdvertsThatContradictThePeersSignedWordMoveNobody(string target, byte source, byte priority)
    {
        using var pair = NodePair.Running(Settings);
        // Correct in everything but who sent it: a higher priority for the active node, a farewell for the passive one.
        byte[][] frames = [new ForgedFrame(HeardAdvert(pair)).SourceOf(source).Priority(priority).Bytes];

        AssertUnmoved(pair, target, "lan", frames, 10_000);

        Assert.True((target == "a" ? pair.A : pair.B).Metric("appliance_spoofed_adverts_total") > 0, pair.Describe());
    }

    private static byte[] HeardAdvert(NodePair pair) => Heard(pair, "a", "lan", "an advert of a", ForgedFrame.IsVrrp);

    private static byte[] Heard(NodePair pair, string node, string network, string what, Func<byte[], bool> wanted)
    {
        using var port = PacketPort.Open(pair.Lab, node, network, listen: true);
        return port.Capture(what, wanted);
    }

    private static void AssertUnmoved(NodePair pair, string target, string network, byte[][] frames, int perSecond)
    {
        double[] moves = Moves(pair);
        using var port = PacketPort.Open(pair.Lab, target, network, listen: false);
        var node = target == "a" ? pair.A : pair.B;
        port.Flood(frames, perSecond, WarmUp);
        long before = node.Process.ResidentKib;
        double rate = port.Flood(frames, perSecond, Duration);
        long after = node.Process.ResidentKib;

        Figure.Count($"flood of {target} on the {network} network, frames each second", rate, perSecond);
        Assert.Equal(moves, Moves(pair));
        pair.AwaitSettled();
        Assert.True(pair.A.HoldsAddress && !pair.B.HoldsAddress, pair.Describe());
        Assert.True(after - before < MemoryNoise, $"{before} KiB before, {after} KiB after");
    }

    private static double[] Moves(NodePair pair) => [.. new[] { pair.A, pair.B }.Select(node => node.Metric("appliance_ha_transitions_total"))];
}
