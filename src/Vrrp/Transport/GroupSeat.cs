using Appliance.Vrrp.Wire;

namespace Appliance.Vrrp.Transport;

/// <summary>One virtual router on the heartbeat thread: its election, its session with the peer and its addresses.</summary>
internal sealed class GroupSeat(GroupAddresses bound, HeartbeatSession? session, LinuxPorts ports, ElectionDriver driver)
{
    public GroupAddresses Bound { get; } = bound;

    public HeartbeatSession? Session { get; } = session;

    public LinuxPorts Ports { get; } = ports;

    public ElectionDriver Driver { get; } = driver;

    public byte RouterId => Bound.Group.VirtualRouterId;

    /// <summary>Compares one fingerprint with the peer's, 0: config, 1: bundle; null: not known.</summary>
    public bool? SamePrint(int which)
    {
        if (Session is not { } session || !Driver.State.PeerAlive) return null;
        int at = which * HeartbeatLayout.PrintBytes;
        return session.OwnPrints.Slice(at, HeartbeatLayout.PrintBytes).SequenceEqual(session.PeerPrints.Slice(at, HeartbeatLayout.PrintBytes));
    }
}
