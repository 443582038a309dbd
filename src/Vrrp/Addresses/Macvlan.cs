namespace Appliance.Vrrp.Addresses;

/// <summary>A macvlan as the kernel reports it.</summary>
/// <param name="Index">Of the interface.</param>
/// <param name="ParentIndex">Of the interface it sits on.</param>
/// <param name="Mac">48 bits.</param>
/// <param name="Alias">Free text that stays with the interface; empty: none.</param>
internal sealed record Macvlan(int Index, int ParentIndex, ulong Mac, string Alias);
