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
        var witness = new LanWitness([OwnMac], [Own], [Vip], [Gateway]);
        Assert.Equal(verdict, witness.Judge(new Sighting(mac, sender), Peer, 5).ToString());
    }

    [Fact]
    public void AGatewayIsKnownOnceItAnsweredAndAListedWitnessAtOnce()
    {
        Assert.True(new LanWitness([OwnMac], [Own], [Vip], [Gateway]).Known);
        var discovered = new LanWitness([OwnMac], [Own], [Vip], []);
        discovered.SetGateways([Gateway]);
        Assert.False(discovered.Known);
        Assert.Equal((UInt128)Gateway, discovered.NextToAsk());
        discovered.Judge(new Sighting(2, Gateway), Peer, 5);
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
        Assert.Equal([(UInt128)Gateway], GatewayTable.Parse(table, "eth0"));
    }

    [Fact]
    public void AVirtualAddressAtThePeersMacIsNoDuplicateOnceItsMacIsKnown()
    {
        var witness = new LanWitness([OwnMac, VirtualMac.Of(51, ip6: false)], [Own], [Vip], [Gateway]);
        Assert.Equal(ArpVerdict.ClaimsVirtualAddress, witness.Judge(new Sighting(2, Vip), Peer, 5));
        Assert.Equal(ArpVerdict.Nothing, witness.Judge(new Sighting(2, Peer), Peer, 6));
        Assert.Equal(ArpVerdict.Nothing, witness.Judge(new Sighting(2, Vip), Peer, 7));
        Assert.Equal(ArpVerdict.Nothing, witness.Judge(new Sighting(2, 0xc0000209), Peer, 8));
        Assert.Equal(ArpVerdict.ClaimsVirtualAddress, witness.Judge(new Sighting(3, Vip), Peer, 9));
        Assert.Equal(ArpVerdict.Nothing, witness.Judge(new Sighting(0x00005e000133, Vip), Peer, 10));
    }

    [Fact]
    public void DefaultGatewaysOfIp6AreReadFromTheTable()
    {
        const string Zero = "00000000000000000000000000000000";
        const string Router = "fe800000000000000000000000000001";
        string[] table =
        [
            $"20010db8000000000000000000000000 40 {Zero} 00 {Zero} 00000100 00000001 00000000 00000001     eth0",
            $"{Zero} 00 {Zero} 00 {Router} 00000400 00000001 00000000 00000003     eth0",
            $"{Zero} 00 {Zero} 00 {Zero} ffffffff 00000001 00000000 00200200       lo",
            $"{Zero} 00 {Zero} 00 fe800000000000000000000000000009 00000400 00000001 00000000 00000003     eth1",
            "broken",
        ];
        Assert.Equal([AddressNumber.Of(System.Net.IPAddress.Parse("fe80::1"))], GatewayTable.Parse6(table, "eth0"));
    }
}
