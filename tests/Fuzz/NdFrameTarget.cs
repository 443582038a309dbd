using Appliance.Vrrp.Addresses;
using Appliance.Vrrp.Monitors;
using static Fuzz.InvariantException;

namespace Fuzz;

/// <summary>Neighbour discovery from its IPv6 header on, and ARP frames: anybody on the LAN can send them.</summary>
internal sealed class NdFrameTarget : ITarget
{
    private const ulong OwnMac = 0x020000000001;
    private static readonly UInt128 Vip = new(0x2001_0db8_0000_0000, 0x100);
    private static readonly UInt128 Own = new(0xfe80_0000_0000_0000, 1);
    private static readonly UInt128 Router = new(0xfe80_0000_0000_0000, 2);

    public string Name => "nd-frame";

    public int MaximumLength => 500;

    public IReadOnlyList<byte[]> Tokens { get; } =
    [
        [136, 0], [135, 0], [134, 0], [58, 255], [0, 32], [0x20, 0, 0, 0], [2, 1, 2, 0, 0, 0, 0, 1], [1, 1, 2, 0, 0, 0, 0, 9], [2, 0], [1, 255],
        [0x20, 1, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0], [0xfe, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2], [8, 6, 0, 1, 8, 0, 6, 4],
    ];

    public int Run(ReadOnlySpan<byte> input)
    {
        bool arp = ArpFrame.TryRead(input, out ArpFrame heard);
        int kind = arp ? HashCode.Combine(heard.Operation, Judge(heard.Seen)) : 0;
        if (!NdFrame.TryRead(input, out NdFrame frame)) return HashCode.Combine(kind, arp, input.Length / 16);
        Require(frame.Type is NdFrame.Advertisement or NdFrame.Solicitation or NdFrame.RouterAdvertisement, "only three types are read");
        Require(input[7] == 255, "nothing that was routed is read");
        Require(!AddressNumber.IsMulticast(frame.Target), "no group is anybody's address");
        Require(frame.Mac <= MacNumber.Broadcast, "a MAC has 48 bits");
        if (frame.Type == NdFrame.Advertisement) CheckRoundTrip(frame);
        return HashCode.Combine(kind, frame.Type, Judge(frame.Seen), frame.Mac != 0, input.Length / 16);
    }

    private static ArpVerdict Judge(in Sighting seen)
    {
        var witness = new LanWitness([OwnMac], [Own], [Vip], [Router]);
        ArpVerdict verdict = witness.Judge(seen, 0, 1);
        Require(seen.Mac != OwnMac || verdict == ArpVerdict.Nothing, "we are no evidence for ourselves");
        Require(verdict != ArpVerdict.ClaimsVirtualAddress || seen.Address == Vip, "only a virtual address can be claimed");
        return verdict;
    }

    private static void CheckRoundTrip(in NdFrame frame)
    {
        byte[] to = new byte[NdFrame.Bytes];
        NdFrame.WriteAnnouncement(to, frame.Mac, frame.Target);
        Require(NdFrame.TryRead(to.AsSpan(14), out NdFrame again) && again.Seen == frame.Seen, "what was read, written and read again is the same");
    }
}
