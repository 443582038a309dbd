namespace Appliance.Vrrp.Addresses;

/// <summary>A host that was seen on the LAN, by ARP or neighbour discovery.</summary>
/// <param name="Mac">48 bits; 0: not told.</param>
/// <param name="Address">IPv4 zero-extended; 0: it has none yet.</param>
internal readonly record struct Sighting(ulong Mac, UInt128 Address);
