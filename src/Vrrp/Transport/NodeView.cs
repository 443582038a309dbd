using Appliance.Vrrp.State;

namespace Appliance.Vrrp.Transport;

/// <summary>What the heartbeat thread publishes for status readers.</summary>
internal record struct NodeView
{
    public ElectionState State;
    public long NowNs;
    public long RoundTripNs;
    public bool Holding;
    public bool WitnessAsked;
    public bool WitnessKnown;
    public long WitnessAnsweredNs;
    public string PeerName;
    public bool? SameConfig;
    public bool? SameBundle;
}
