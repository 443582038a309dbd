namespace Appliance.Vrrp.Addresses;

/// <summary>Where the virtual addresses of one family live: the configured interface, or the link of a virtual MAC on it. One thread.</summary>
internal sealed class AddressHome
{
    /// <summary>
    /// Worse than that of any ordinary route to a connected network: where the interface itself is in the same network, answers leave by it.
    /// </summary>
    private const uint VirtualMacMetric = 1024;
    private readonly int _interfaceIndex;

    /// <param name="interfaceIndex">The configured interface.</param>
    /// <param name="link">The virtual MAC's; null: none.</param>
    public AddressHome(int interfaceIndex, VirtualLink? link) => (_interfaceIndex, Link) = (interfaceIndex, link);

    public VirtualLink? Link { get; }

    public int InterfaceIndex => Link?.Index ?? _interfaceIndex;

    public uint RouteMetric => Link is null ? 0 : VirtualMacMetric;
}
