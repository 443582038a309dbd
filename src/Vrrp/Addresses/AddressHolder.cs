using System.Collections.Immutable;
using Appliance.Vrrp.Interop;
using Appliance.Vrrp.Transport;

namespace Appliance.Vrrp.Addresses;

/// <summary>
/// The virtual addresses on their interface. They carry a lifetime, so that they never outlive a dead or frozen owner; "ours" means
/// configured and finite. One thread.
/// </summary>
internal sealed class AddressHolder(RouteSocket routes, int interfaceIndex, ImmutableArray<VirtualAddress> addresses, uint lifetimeSeconds)
{
    private readonly uint[] _numbers = [.. addresses.Select(a => DriverSettings.ToNumber(a.Address))];

    /// <summary>Held by this node as far as it knows.</summary>
    public bool Holding { get; private set; }

    /// <summary>errno of the last failed change; 0: none.</summary>
    public int LastError { get; private set; }

    public ReadOnlySpan<uint> Numbers => _numbers;

    public bool IsOurs(uint address) => _numbers.AsSpan().Contains(address);

    /// <summary>Adds, or renews. False: some address could not be set.</summary>
    public bool Hold()
    {
        Holding = true;
        LastError = 0;
        for (int i = 0; i < _numbers.Length; i++)
        {
            int error = routes.AddAddress(interfaceIndex, _numbers[i], addresses[i].PrefixLength, lifetimeSeconds, onlyIfMissing: false);
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
            int error = routes.DeleteAddress(interfaceIndex, _numbers[i], addresses[i].PrefixLength);
            if (error is not (0 or SocketNumbers.AddressNotAvailable)) LastError = error;
        }

        return LastError == 0;
    }

    /// <summary>After somebody's deletion. True: it was missing and is back.</summary>
    public bool Repair(uint address)
    {
        int i = Array.IndexOf(_numbers, address);
        return Holding && i >= 0
            && routes.AddAddress(interfaceIndex, address, addresses[i].PrefixLength, lifetimeSeconds, onlyIfMissing: true) == 0;
    }

    /// <summary>Removes what a dead daemon of ours left: configured here, on any interface, with a finite lifetime.</summary>
    public ImmutableArray<VirtualAddress> RemoveLeftovers()
    {
        ImmutableArray<VirtualAddress>.Builder removed = ImmutableArray.CreateBuilder<VirtualAddress>();
        foreach (InterfaceAddress there in routes.DumpAddresses())
        {
            int i = Array.IndexOf(_numbers, there.Address);
            if (i < 0 || !there.Finite) continue;
            if (routes.DeleteAddress(there.InterfaceIndex, there.Address, there.PrefixLength) == 0) removed.Add(addresses[i]);
        }

        return removed.ToImmutable();
    }
}
