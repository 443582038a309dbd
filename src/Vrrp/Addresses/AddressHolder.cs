using System.Collections.Immutable;
using Appliance.Vrrp.Interop;

namespace Appliance.Vrrp.Addresses;

/// <summary>
/// The virtual addresses of one group, of both families. They carry a lifetime, so that they never outlive a dead or frozen owner; "ours"
/// means configured and finite. One thread.
/// </summary>
/// <param name="routes">Where changes are asked for.</param>
/// <param name="addresses">In the order of the adverts.</param>
/// <param name="lifetimeSeconds">Of each.</param>
/// <param name="home4">Where IPv4 addresses live.</param>
/// <param name="home6">Where IPv6 addresses live.</param>
/// <param name="links">Raises and lowers the links of the homes; null: they have none.</param>
internal sealed class AddressHolder(
    RouteSocket routes, ImmutableArray<VirtualAddress> addresses, uint lifetimeSeconds, AddressHome home4, AddressHome home6, VirtualLinks? links = null)
{
    private readonly ImmutableArray<UInt128> _numbers = [.. addresses.Select(a => AddressNumber.Of(a.Address))];

    /// <summary>Held by this node as far as it knows.</summary>
    public bool Holding { get; private set; }

    /// <summary>errno of the last failed change; 0: none.</summary>
    public int LastError { get; private set; }

    /// <summary>IPv4 zero-extended, in the order given.</summary>
    public ImmutableArray<UInt128> Numbers => _numbers;

    public bool IsOurs(UInt128 address) => _numbers.Contains(address);

    /// <summary>Ours, and where it should be.</summary>
    public bool IsOurs(in InterfaceAddress there) => IsOurs(there.Address) && there.InterfaceIndex == HomeOf(there.Address).InterfaceIndex;

    /// <summary>Adds, or renews. False: some address could not be set.</summary>
    public bool Hold()
    {
        Holding = true;
        LastError = 0;
        Raise(home4);
        Raise(home6);
        for (int i = 0; i < _numbers.Length; i++)
        {
            int error = routes.AddAddress(Entry(i), HomeOf(_numbers[i]).RouteMetric, onlyIfMissing: false);
            if (error != 0) LastError = error;
        }

        return LastError == 0;
    }

    /// <summary>False: some address could not be removed; its lifetime removes it.</summary>
    public bool Drop()
    {
        Holding = false;
        LastError = 0;
        for (int i = 0; i < _numbers.Length; i++)
        {
            int error = routes.DeleteAddress(Entry(i));
            if (error is not (0 or SocketNumbers.AddressNotAvailable)) LastError = error;
        }

        if (home4.Link is { } link4) links?.Lower(link4);
        if (home6.Link is { } link6) links?.Lower(link6);
        return LastError == 0;
    }

    /// <summary>Asks for changes that do nothing, through all the code that real ones use: an address of ours on an interface that cannot exist.</summary>
    public void Rehearse()
    {
        _ = routes.AddAddress(Entry(0) with { InterfaceIndex = int.MaxValue }, HomeOf(_numbers[0]).RouteMetric, onlyIfMissing: false);
        _ = routes.DeleteAddress(Entry(0) with { InterfaceIndex = int.MaxValue });
    }

    /// <summary>After somebody's deletion. True: it was missing and is back.</summary>
    public bool Repair(UInt128 address)
    {
        int i = _numbers.IndexOf(address);
        return Holding && i >= 0 && routes.AddAddress(Entry(i), HomeOf(address).RouteMetric, onlyIfMissing: true) == 0;
    }

    /// <summary>Removes what a dead daemon of ours left: configured here, on any interface, with a finite lifetime.</summary>
    public ImmutableArray<VirtualAddress> RemoveLeftovers()
    {
        ImmutableArray<VirtualAddress>.Builder removed = ImmutableArray.CreateBuilder<VirtualAddress>();
        foreach (InterfaceAddress there in routes.DumpAddresses())
        {
            int i = _numbers.IndexOf(there.Address);
            if (i < 0 || !there.Finite) continue;
            if (routes.DeleteAddress(there) == 0) removed.Add(addresses[i]);
        }

        return removed.ToImmutable();
    }

    private AddressHome HomeOf(UInt128 address) => AddressNumber.IsIp6(address) ? home6 : home4;

    private InterfaceAddress Entry(int i) => new()
    {
        InterfaceIndex = HomeOf(_numbers[i]).InterfaceIndex,
        Address = _numbers[i],
        PrefixLength = addresses[i].PrefixLength,
        ValidSeconds = lifetimeSeconds,
    };

    private void Raise(AddressHome home)
    {
        if (home.Link is not { } link || links is null) return;
        int error = links.Raise(link);
        if (error != 0) LastError = error;
    }
}
