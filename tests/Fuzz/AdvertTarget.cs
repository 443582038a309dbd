using Appliance.Vrrp.Addresses;
using Appliance.Vrrp.Wire;
using static Fuzz.InvariantException;

namespace Fuzz;

/// <summary>VRRP adverts with their IP header: as they come, and once more with the checksum made right, which chance would hardly find.</summary>
/// <param name="ip6">Which family's corpus; every input is read whatever its family.</param>
internal sealed class AdvertTarget(bool ip6) : ITarget
{
    private static readonly UInt128 Own6 = new(0xfe80_0000_0000_0000, 2);
    private static readonly UInt128 Peer6 = new(0xfe80_0000_0000_0000, 1);
    private static readonly VrrpExpectation Expected = new()
    {
        RouterId = 51,
        OwnAddress = 0xc0000202,
        OwnAddress6 = Own6,
        UnicastPeer = Peer6,
        InterfaceIndex = 3,
    };

    public string Name => ip6 ? "advert-v6" : "advert-v4";

    public int MaximumLength => 600;

    public IReadOnlyList<byte[]> Tokens { get; } =
    [
        [0x31, 51, 200, 1], [0x31, 51, 0, 2], [0, 10], [0x0f, 0xff], [0x45, 0xc0], [0x60, 0], [112, 255], [255, 112], [192, 0, 2, 100], [224, 0, 0, 18],
        [0xfe, 0x80, 0, 0, 0, 0, 0, 0, 2, 0, 0x5e, 0xff, 0xfe, 0, 2, 51], [0xff, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x12],
    ];

    public int Run(ReadOnlySpan<byte> input)
    {
        byte[] repaired = input.ToArray();
        return HashCode.Combine(Look(input), Repair(repaired) ? Look(repaired) : 0);
    }

    private static int Look(ReadOnlySpan<byte> packet)
    {
        RejectReason reason = VrrpReader.Read(packet, Expected, 3, out VrrpAdvert advert);
        Require(Enum.IsDefined(reason) && (reason == RejectReason.None || reason.Label() != "none"), "every refusal has a name");
        Require(VrrpReader.Read(packet, Expected with { InterfaceIndex = 4 }, 3, out _) != RejectReason.None, "nothing is good on another interface");
        if (reason != RejectReason.None) return HashCode.Combine(reason, packet.IsEmpty ? 0 : packet[0] >> 4, packet.Length / 64);
        Require(advert.IntervalCs is > 0 and <= VrrpWire.MaximumIntervalCs && advert.RouterId == 51 && VrrpReader.PeekRouterId(packet) == 51, "fields are in range");
        Require(advert.Addresses.Length > 0 && advert.Addresses.Length % advert.AddressBytes == 0, "there are whole addresses");
        Require(advert.Source != (advert.Ip6 ? Own6 : 0xc0000202), "a good advert is not our own");
        if (advert.Ip6) Require(AddressNumber.IsLinkLocal(AddressNumber.Read(advert.Addresses[..16])), "the first IPv6 address is link-local");
        CheckRoundTrip(advert);
        return HashCode.Combine(reason, advert.Ip6, advert.Checksum, advert.Addresses.Length / 16, advert.Priority is 0 or 255, packet.Length / 64);
    }

    private static void CheckRoundTrip(in VrrpAdvert advert)
    {
        byte[] to = new byte[48 + advert.Addresses.Length];
        int length = VrrpWriter.WritePacket(to, advert);
        Require(VrrpReader.Read(to.AsSpan(0, length), Expected, 3, out VrrpAdvert again) == RejectReason.None, "what was read can be written and read again");
        Require(again.Priority == advert.Priority && again.IntervalCs == advert.IntervalCs && again.Source == advert.Source && again.Addresses.SequenceEqual(advert.Addresses), "and is the same");
    }

    private static bool Repair(byte[] packet)
    {
        if (!VrrpPacket.TryOpen(packet, out VrrpPacket opened) || opened.Message.Length < VrrpWire.HeaderBytes) return false;
        int at = packet[0] >> 4 == 6 ? VrrpWire.IpHeaderBytes6 : (packet[0] & 15) * 4;
        packet[at + 6] = packet[at + 7] = 0;
        ushort sum = InternetChecksum.Fold(InternetChecksum.Sum(opened.Message, opened.PseudoSum));
        (packet[at + 6], packet[at + 7]) = ((byte)(sum >> 8), (byte)sum);
        return true;
    }
}
