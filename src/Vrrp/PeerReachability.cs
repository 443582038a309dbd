namespace Appliance.Vrrp;

/// <summary>How the peer is heard.</summary>
public enum PeerReachability
{
    /// <summary>On no path.</summary>
    Unreachable,

    /// <summary>On one path where two are expected.</summary>
    Degraded,

    /// <summary>On every path it should speak on.</summary>
    Reachable,
}
