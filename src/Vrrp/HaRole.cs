namespace Appliance.Vrrp;

/// <summary>What this node is for its group. The numbers are on the wire of the HA port.</summary>
public enum HaRole : byte
{
    /// <summary>Reading the network, waiting until listeners are bound.</summary>
    Starting = 1,

    /// <summary>Fit; the peer is active.</summary>
    Passive = 2,

    /// <summary>Carries the traffic, sends adverts, holds the virtual addresses.</summary>
    Active = 3,

    /// <summary>A monitor or the operator says that this node should not be active.</summary>
    Unfit = 4,

    /// <summary>Too many flaps: out until reset, or until the hold time is over.</summary>
    Bypass = 5,
}
