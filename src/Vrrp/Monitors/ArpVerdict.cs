namespace Appliance.Vrrp.Monitors;

/// <summary>What one packet of ARP or neighbour discovery tells.</summary>
internal enum ArpVerdict
{
    /// <summary>From this node, its peer, or about nobody.</summary>
    Nothing,

    /// <summary>A third party is there: the LAN is reached.</summary>
    Evidence,

    /// <summary>A witness answered.</summary>
    Witness,

    /// <summary>A third MAC claims a virtual address.</summary>
    ClaimsVirtualAddress,
}
