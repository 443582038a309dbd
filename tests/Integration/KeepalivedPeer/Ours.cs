using Integration.Lab;

namespace Integration.KeepalivedPeer;

/// <summary>Our node in these tests, and what follows from virtual router 51.</summary>
internal static class Ours
{
    public const string Mac4 = "00:00:5e:00:01:33";
    public const string Mac6 = "00:00:5e:00:02:33";
    public const string LinkLocal = "fe80::200:5eff:fe00:233";

    /// <summary>One address of each family; beside a node of ours.</summary>
    public static NodeSettings Both { get; } = new() { VirtualAddresses = $"{Laboratory.VirtualAddress}/24 {Laboratory.VirtualAddress6}/64" };

    /// <summary>Beside a foreign router, with the addresses of one family.</summary>
    public static NodeSettings Of(bool ip6, bool virtualMac, string priority) => new()
    {
        Peer = false,
        Preempt = true,
        Priority = priority,
        VirtualAddresses = ip6 ? $"{Laboratory.VirtualAddress6}/64" : $"{Laboratory.VirtualAddress}/24",
        VirtualMac = virtualMac,
    };

    public static string Address(bool ip6) => ip6 ? Laboratory.VirtualAddress6 : Laboratory.VirtualAddress;
}
