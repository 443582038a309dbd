namespace Appliance.Vrrp.Addresses;

/// <summary>One virtual router's link with its virtual MAC. Made and removed by <see cref="VirtualLinks"/>.</summary>
/// <param name="routerId">Names it.</param>
/// <param name="ip6">Which of the two MAC addresses.</param>
internal sealed class VirtualLink(byte routerId, bool ip6)
{
    private bool _wanted;

    public bool Ip6 { get; } = ip6;

    /// <summary>vrrp4.VRID or vrrp6.VRID.</summary>
    public string Name { get; } = $"vrrp{(ip6 ? 6 : 4)}.{routerId}";

    public ulong Mac { get; } = VirtualMac.Of(routerId, ip6);

    /// <summary>0: not made yet.</summary>
    public int Index { get; set; }

    /// <summary>This node holds the addresses: the link is up, or about to be. Set by the heartbeat thread.</summary>
    public bool Wanted
    {
        get => Volatile.Read(ref _wanted);
        set => Volatile.Write(ref _wanted, value);
    }
}
