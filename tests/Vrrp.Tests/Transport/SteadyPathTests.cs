using Appliance.Vrrp;
using Appliance.Vrrp.State;
using Appliance.Vrrp.Transport;
using Appliance.Vrrp.Wire;

namespace Vrrp.Tests.Transport;

public class SteadyPathTests
{
    [Theory]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(true, true)]
    public void BeatingAndHearingAllocatesNothing(bool ip4, bool ip6)
    {
        var common = new VirtualSettings { Ip4 = ip4, Ip6 = ip6 };
        (ElectionDriver active, SilentPorts activePorts) = Make(0, common);
        (ElectionDriver passive, SilentPorts passivePorts) = Make(1, common);
        long now = 1_000_000_000;
        active.Apply(new ElectionEvent(ElectionEventKind.Ready), now);
        passive.Apply(new ElectionEvent(ElectionEventKind.Ready), now);
        for (int i = 0; i < 50; i++) now = Beat(active, activePorts, passive, passivePorts, now);
        Assert.Equal((HaRole.Active, HaRole.Passive), (active.State.Role, passive.State.Role));
        Assert.True(passive.State.PeerTrusted && activePorts.Held > 0);

        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 200; i++) now = Beat(active, activePorts, passive, passivePorts, now);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private static long Beat(ElectionDriver active, SilentPorts activePorts, ElectionDriver passive, SilentPorts passivePorts, long now)
    {
        long next = now + 100_000_000;
        active.OnTimer(next);
        passive.OnHaDatagram(activePorts.Datagram, next);
        active.OnHaDatagram(passivePorts.Datagram, next); // the answer of a first exchange; a repeated datagram later
        if (active.State.Role == HaRole.Active) passive.OnLanPacket(activePorts.Advert.AsSpan(0, activePorts.AdvertBytes), 3, next);
        passive.OnTimer(next);
        active.OnHaDatagram(passivePorts.Datagram, next);
        return next;
    }

    private static (ElectionDriver Driver, SilentPorts Ports) Make(int index, VirtualSettings common)
    {
        HaSettings settings = VirtualNode.Settings(index, common);
        byte[] nonce = new byte[HeartbeatLayout.NonceBytes];
        nonce[0] = (byte)(index + 1);
        var ports = new SilentPorts();
        var session = new HeartbeatSession(new HeartbeatKeys(settings.Keys), 51, settings.Node, nonce);
        return (new ElectionDriver(DriverSettings.From(settings, settings.Groups[0], VirtualNode.Own(index), 3), session, ports, new HaTallies(), 1_000_000_000, carrier: true), ports);
    }
}
