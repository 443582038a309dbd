namespace Appliance.Vrrp.Addresses;

/// <summary>One interface as the kernel reports it.</summary>
internal record struct InterfaceLink
{
    public int Index;
    public bool Carrier;
    public bool Ethernet;

    /// <summary>48 bits.</summary>
    public ulong Mac;
}
