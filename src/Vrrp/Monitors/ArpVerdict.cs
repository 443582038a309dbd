namespace Appliance.Vrrp.Monitors;

/// <summary>What one ARP frame tells.</summary>
internal enum ArpVerdict
{
    /// <summary>From this node, its peer, or about nobody.</summary>
    Nothing,

    /// <summary>A third party is there: the LAN is reached.</summary>
    Evidence,

    /// <summary>A witness answered.</summary>
    Witness,

    /// <summary>Somebody claims a virtual address.</summary>
    ClaimsVirtualAddress,
}
