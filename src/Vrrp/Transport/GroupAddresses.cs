using Appliance.Vrrp.Addresses;

namespace Appliance.Vrrp.Transport;

/// <summary>A virtual router bound to this machine: its settings as numbers, and the holder of its addresses.</summary>
internal sealed record GroupAddresses(HaGroup Group, DriverSettings Driver, AddressHolder Addresses);
