namespace Appliance.Vrrp.State;

/// <summary>What a node can show for reaching the LAN; a greater value is better evidence. On the wire of the HA port.</summary>
internal enum LanEvidence : byte
{
    /// <summary>No carrier, or a witness is known and silent.</summary>
    None = 0,

    /// <summary>Carrier, and no witness is known to ask.</summary>
    CarrierOnly = 1,

    /// <summary>A witness or a third party was heard within the window.</summary>
    Proven = 2,
}
