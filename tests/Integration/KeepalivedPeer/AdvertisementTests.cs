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
}
