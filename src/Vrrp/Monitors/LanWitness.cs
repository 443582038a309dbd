using Appliance.Vrrp.Addresses;

namespace Appliance.Vrrp.Monitors;

/// <summary>
/// Judges ARP frames as evidence of the LAN and picks whom to ask next. The default gateway counts as a known witness only once it
/// has answered, so that a route to nowhere cannot keep a pair down; listed witnesses count from the start. One thread, except
/// <see cref="SetGateways"/>.
/// </summary>
internal sealed class LanWitness(ulong ownMac, uint ownAddress, uint[] virtualAddresses, uint[] listed)
{
    private readonly bool _isListed = listed.Length > 0;
    private uint[] _asked = listed;
    private int _next;

    /// <summary>A witness is known: its silence speaks against this node.</summary>
    public bool Known { get; private set; } = listed.Length > 0;

    /// <summary>When a witness answered last; 0: never.</summary>
    public long AnsweredNs { get; private set; }

    public bool HasAny => Volatile.Read(ref _asked).Length > 0;

    /// <summary>Gateways of the interface, host byte order. Ignored where witnesses are listed. Any thread.</summary>
    public void SetGateways(uint[] gateways)
    {
        if (!_isListed) Volatile.Write(ref _asked, gateways);
    }

    /// <summary>The next one to probe; 0: nobody.</summary>
    public uint NextToAsk()
    {
        uint[] asked = Volatile.Read(ref _asked);
        if (asked.Length == 0) return 0;
        _next = (_next + 1) % asked.Length;
        return asked[_next];
    }

    /// <param name="frame">Heard on the interface.</param>
    /// <param name="peerAddress">The peer's LAN address; 0: not known.</param>
    /// <param name="nowNs">Monotonic.</param>
    public ArpVerdict Judge(in ArpFrame frame, uint peerAddress, long nowNs)
    {
        if (frame.SenderMac == ownMac || frame.SenderAddress == 0) return ArpVerdict.Nothing;
        if (virtualAddresses.AsSpan().Contains(frame.SenderAddress)) return ArpVerdict.ClaimsVirtualAddress;
        if (frame.SenderAddress == ownAddress || frame.SenderAddress == peerAddress) return ArpVerdict.Nothing;
        if (!Volatile.Read(ref _asked).AsSpan().Contains(frame.SenderAddress)) return ArpVerdict.Evidence;
        Known = true;
        AnsweredNs = nowNs;
        return ArpVerdict.Witness;
    }
}
