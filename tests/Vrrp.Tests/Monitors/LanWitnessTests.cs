using Appliance.Vrrp.Addresses;
using Appliance.Vrrp.Monitors;

namespace Vrrp.Tests.Monitors;

public class LanWitnessTests
{
    private const uint Own = 0xc0000201;
    private const uint Peer = 0xc0000202;
    private const uint Vip = 0xc0000264;
    private const uint Gateway = 0xc00002fe;
    private const ulong OwnMac = 1;

    [Theory]
    [InlineData(2, 0xc0000209, "Evidence")]
    [InlineData(2, Gateway, "Witness")]
    [InlineData(2, Peer, "Nothing")]
    [InlineData(2, Vip, "ClaimsVirtualAddress")]
    [InlineData(1, 0xc0000209, "Nothing")]
    [InlineData(2, 0, "Nothing")]
    public void OnlyThirdPartiesAndWitnessesAreEvidence(ulong mac, uint sender, string verdict)
    {
        var witness = new LanWitness(OwnMac, Own, [Vip], [Gateway]);
        Assert.Equal(verdict, witness.Judge(new ArpFrame(ArpFrame.Reply, mac, sender, Own), Peer, 5).ToString());
    }

    [Fact]
    public void AGatewayIsKnownOnceItAnsweredAndAListedWitnessAtOnce()
    {
        Assert.True(new LanWitness(OwnMac, Own, [Vip], [Gateway]).Known);
        var discovered = new LanWitness(OwnMac, Own, [Vip], []);
        discovered.SetGateways([Gateway]);
        Assert.False(discovered.Known);
        Assert.Equal(Gateway, discovered.NextToAsk());
        discovered.Judge(new ArpFrame(ArpFrame.Reply, 2, Gateway, Own), Peer, 5);
        Assert.True(discovered.Known);
    }

    [Fact]
    public void DefaultGatewaysOfTheInterfaceAreReadFromTheTable()
    {
        string[] table =
        [
            "Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT",
            "eth0\t00000000\tFE0200C0\t0003\t0\t0\t0\t00000000\t0\t0\t0",
            "eth0\t000200C0\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0",
            "eth1\t00000000\t01020304\t0003\t0\t0\t0\t00000000\t0\t0\t0",
            "eth0\tbroken",
        ];
        Assert.Equal([Gateway], GatewayTable.Parse(table, "eth0"));
    }
}
