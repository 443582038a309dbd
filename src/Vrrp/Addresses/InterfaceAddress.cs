namespace Appliance.Vrrp.Addresses;

/// <summary>One IPv4 address of an interface as the kernel reports it.</summary>
internal record struct InterfaceAddress
{
    public int InterfaceIndex;

    /// <summary>Host byte order.</summary>
    public uint Address;
    public int PrefixLength;

    /// <summary>0: global.</summary>
    public byte Scope;

    /// <summary>Remaining lifetime; <see cref="RouteNumbers.Forever"/>: permanent.</summary>
    public uint ValidSeconds;

    public readonly bool Finite => ValidSeconds != RouteNumbers.Forever;
}
