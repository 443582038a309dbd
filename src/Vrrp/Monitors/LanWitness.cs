using System.Collections.Immutable;
using Appliance.Vrrp.Addresses;

namespace Appliance.Vrrp.Monitors;

/// <summary>
/// Judges what is seen by ARP and neighbour discovery as evidence of the LAN and picks whom to ask next. The default gateway counts as a
/// known witness only once it has answered, so that a route to nowhere cannot keep a pair down; listed witnesses count from the start.
/// One thread, except <see cref="SetGateways"/>.
/// </summary>
/// <param name="ownMacs">Of the interface, and those of the virtual routers here.</param>
/// <param name="ownAddresses">Of the interface, virtual ones not included.</param>
/// <param name="virtualAddresses">Of all groups.</param>
/// <param name="listed">By the operator; empty: the gateways.</param>
internal sealed class LanWitness(
    ImmutableArray<ulong> ownMacs, ImmutableArray<UInt128> ownAddresses, ImmutableArray<UInt128> virtualAddresses, UInt128[] listed)
{
    private readonly bool _isListed = listed.Length > 0;
    private UInt128[] _asked = listed;
    private ulong _peerMac;
    private int _next;

    /// <summary>A witness is known: its silence speaks against this node.</summary>
    public bool Known { get; private set; } = listed.Length > 0;

    /// <summary>When a witness answered last; 0: never.</summary>
    public long AnsweredNs { get; private set; }

    public bool HasAny => Volatile.Read(ref _asked).Length > 0;

    /// <summary>Gateways of the interface, as numbers. Ignored where witnesses are listed. Any thread.</summary>
    public void SetGateways(UInt128[] gateways)
    {
        if (!_isListed) Volatile.Write(ref _asked, gateways);
    }

    /// <summary>The next one to probe; 0: nobody.</summary>
    public UInt128 NextToAsk()
    {
        UInt128[] asked = Volatile.Read(ref _asked);
        if (asked.Length == 0) return 0;
        _next = (_next + 1) % asked.Length;
        return asked[_next];
    }

    /// <param name="seen">On the interface.</param>
    /// <param name="peerAddress">The peer's LAN address; 0: not known.</param>
    /// <param name="nowNs">Monotonic.</param>
    public ArpVerdict Judge(in Sighting seen, UInt128 peerAddress, long nowNs)
    {
        if (seen.Address == 0 || ownMacs.Contains(seen.Mac)) return ArpVerdict.Nothing;
        if (seen.Address == peerAddress && seen.Mac != 0) _peerMac = seen.Mac;
        bool isPeer = seen.Address == peerAddress || (_peerMac != 0 && seen.Mac == _peerMac);
        if (virtualAddresses.Contains(seen.Address)) return isPeer ? ArpVerdict.Nothing : ArpVerdict.ClaimsVirtualAddress;
        if (ownAddresses.Contains(seen.Address)) return ArpVerdict.Nothing;
        if (!Volatile.Read(ref _asked).AsSpan().Contains(seen.Address)) return isPeer ? ArpVerdict.Nothing : ArpVerdict.Evidence;
        Known = true;
        AnsweredNs = nowNs;
        return ArpVerdict.Witness;
    }
}
