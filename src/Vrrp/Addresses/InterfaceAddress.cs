namespace Appliance.Vrrp.Addresses;

/// <summary>One address of an interface as the kernel reports it.</summary>
internal record struct InterfaceAddress
{
    public int InterfaceIndex;

    /// <summary>As a number (IPv4 zero-extended).</summary>
    public UInt128 Address;
    public int PrefixLength;

    /// <summary>0: global.</summary>
    public byte Scope;

    /// <summary>Remaining lifetime; <see cref="RouteNumbers.Forever"/>: permanent.</summary>
    public uint ValidSeconds;

    public readonly bool Finite => ValidSeconds != RouteNumbers.Forever;
}
