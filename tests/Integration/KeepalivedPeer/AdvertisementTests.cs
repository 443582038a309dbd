using Integration.Lab;

namespace Integration.KeepalivedPeer;

/// <summary>What Wireshark's decoder thinks of our adverts.</summary>
public sealed class AdvertisementTests
{
    private const string ChecksumGood = "1";

    [Fact]
    public void OurAdvertsDecodeWithoutAComplaint()
    {
        using var lab = Laboratory.Build();
        using var node = new ApplianceNode(lab, "a", new NodeSettings()).Start();
        node.AwaitRole("active");

        string lines = lab.Exec(
            "client",
            "timeout", "15", "tshark", "-i", "eth0", "-f", "ip proto 112", "-c", "5", "-T", "fields", "-E", "separator=,",
            "-e", "ip.src", "-e", "ip.dst", "-e", "ip.ttl", "-e", "vrrp.version", "-e", "vrrp.type", "-e", "vrrp.virt_rtr_id", "-e", "vrrp.prio",
            "-e", "vrrp.short_adver_int", "-e", "vrrp.ip_addr", "-e", "vrrp.checksum.status", "-e", "_ws.expert.message").Text;

        string[] adverts = lines.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(5, adverts.Length);
        Assert.All(adverts, line => Assert.Equal($"192.0.2.11,224.0.0.18,255,3,1,51,254,10,{Laboratory.VirtualAddress},{ChecksumGood},", line));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void OurAdvertsOfBothFamiliesDecodeWithoutAComplaint(bool virtualMac)
    {
        using var lab = Laboratory.Build();
        using var node = new ApplianceNode(lab, "a", Ours.Both with { Peer = false, VirtualMac = virtualMac }).Start();
        node.AwaitRole("active");

        string[] lines = Capture(
            lab, "ip proto 112 or ip6 proto 112", 6,
            "eth.src", "ip.dst", "ip.ttl", "ipv6.dst", "ipv6.hlim", "vrrp.version", "vrrp.virt_rtr_id", "vrrp.ip_addr", "vrrp.ipv6_addr", "vrrp.checksum.status", "_ws.expert.message");

        Assert.Contains(lines, line => line.EndsWith($"224.0.0.18,255,,,3,51,{Laboratory.VirtualAddress},,{ChecksumGood},", StringComparison.Ordinal));
        Assert.Contains(lines, line => line.EndsWith($",,,ff02::12,255,3,51,,{Ours.LinkLocal},{Laboratory.VirtualAddress6},{ChecksumGood},", StringComparison.Ordinal));
        Assert.All(lines, line => Assert.EndsWith($",{ChecksumGood},", line, StringComparison.Ordinal));
        if (virtualMac) Assert.All(lines, line => Assert.StartsWith(line.Contains("ff02::12", StringComparison.Ordinal) ? Ours.Mac6 : Ours.Mac4, line, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void OurAnnouncementsDecodeWithoutAComplaint(bool virtualMac)
    {
        using var lab = Laboratory.Build();
        using var node = new ApplianceNode(lab, "a", Ours.Both with { Peer = false, VirtualMac = virtualMac });
        // The series of a takeover: per round one ARP request and two neighbour advertisements; the first may be over before tshark listens.
        var capture = lab.Start("client", "tshark", [.. Tshark($"(arp and arp[6:2] = 1 and arp[14:4] = arp[24:4]) or (icmp6 and ip6[40] = 136 and dst host ff02::1)", 6), .. Fields("eth.src", "eth.dst", "ipv6.hlim", "arp.src.hw_mac", "arp.src.proto_ipv4", "icmpv6.type", "icmpv6.nd.na.flag.o", "icmpv6.nd.na.target_address", "icmpv6.opt.linkaddr", "icmpv6.checksum.status", "_ws.expert.message")]);
        Until.True("tshark listens", () => capture.Log.Contains("Capturing on", StringComparison.Ordinal), 20, () => capture.Log);
        node.Start();
        node.AwaitRole("active");
        Assert.Equal(0, capture.WaitForExit(30));

        string[] lines = [.. capture.Log.Split('\n').Where(line => line.Contains(",ff:ff:ff:ff:ff:ff,", StringComparison.Ordinal) || line.Contains(",33:33:00:00:00:01,", StringComparison.Ordinal))];
        string mac = virtualMac ? Ours.Mac4 : lines[0].Split(',')[0];
        string mac6 = virtualMac ? Ours.Mac6 : mac;
        Assert.Contains($"{mac},ff:ff:ff:ff:ff:ff,,{mac},{Laboratory.VirtualAddress},,,,,,", lines);
        Assert.Contains($"{mac6},33:33:00:00:00:01,255,,,136,1,{Laboratory.VirtualAddress6},{mac6},{ChecksumGood},", lines);
        Assert.Contains($"{mac6},33:33:00:00:00:01,255,,,136,1,{Ours.LinkLocal},{mac6},{ChecksumGood},", lines);
    }

    private static string[] Capture(Laboratory lab, string filter, int count, params string[] fields) =>
        lab.Exec("client", [.. Tshark(filter, count), .. Fields(fields)]).Text.Split('\n', StringSplitOptions.RemoveEmptyEntries);

    private static string[] Tshark(string filter, int count) =>
        ["timeout", "25", "tshark", "-l", "-i", "eth0", "-f", filter, "-c", $"{count}", "-T", "fields", "-E", "separator=,"];

    private static IEnumerable<string> Fields(params string[] fields) => fields.SelectMany(field => new[] { "-e", field });
}
