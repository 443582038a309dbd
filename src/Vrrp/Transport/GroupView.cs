using Appliance.Vrrp.State;

namespace Appliance.Vrrp.Transport;

/// <summary>What the heartbeat thread publishes of one virtual router.</summary>
internal record struct GroupView
{
    public ElectionState State;
    public long RoundTripNs;
    public bool Holding;
    public string PeerName;
    public bool? SameConfig;
    public bool? SameBundle;
}
