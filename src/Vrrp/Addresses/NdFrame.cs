using System.Buffers.Binary;
using Appliance.Vrrp.Wire;

namespace Appliance.Vrrp.Addresses;

/// <summary>
/// A packet of neighbour discovery (RFC 4861). Written with its Ethernet header; read from the IPv6 header on, after the kernel has
/// verified the checksum.
/// </summary>
/// <param name="Type">One of the three below.</param>
/// <param name="Source">Of the packet; 0: a host that has no address yet.</param>
/// <param name="Target">Asked for, or told of; 0: router advertisement.</param>
/// <param name="Mac">Of the option for link-layer addresses; 0: none.</param>
internal readonly record struct NdFrame(byte Type, UInt128 Source, UInt128 Target, ulong Mac)
{
    public const int Bytes = EthernetBytes + IpBytes + MessageBytes;
    public const byte RouterAdvertisement = 134;
    public const byte Solicitation = 135;
    public const byte Advertisement = 136;
    private const int EthernetBytes = 14;
    private const int IpBytes = 40;
    private const int FixedBytes = 24;
    private const int RouterFixedBytes = 16;
    private const int MessageBytes = FixedBytes + 8;
    private const byte IcmpProtocol = 58;
    private const byte HopLimit = 255;
    private const byte Override = 0x20;
    private const byte SourceMac = 1;
    private const byte TargetMac = 2;
    private static readonly UInt128 AllNodes = new(0xff02_0000_0000_0000, 1);

    /// <summary>The host that this packet proves: whom it tells of, else who sent it.</summary>
    public Sighting Seen => new(Mac, Type == Advertisement ? Target : Source);

    /// <summary>"ADDRESS is at MAC", unasked, to everybody; it replaces what they know (section 7.2.6).</summary>
    public static void WriteAnnouncement(Span<byte> to, ulong mac, UInt128 address)
    {
        Span<byte> message = Begin(to, Advertisement, mac, address, AllNodes);
        message[4] = Override;
        Finish(to, address, TargetMac, mac);
    }

    /// <summary>Asks who has an address; the answer comes back to <paramref name="from"/>, which is not the address asked for.</summary>
    public static void WriteSolicitation(Span<byte> to, ulong mac, UInt128 from, UInt128 asked)
    {
        Begin(to, Solicitation, mac, from, AddressNumber.SolicitedNode(asked));
        Finish(to, asked, SourceMac, mac);
    }

    /// <summary>False: not such a packet, or one that came through a router, or its lengths lie.</summary>
    public static bool TryRead(ReadOnlySpan<byte> packet, out NdFrame frame)
    {
        frame = default;
        if (packet.Length < IpBytes || packet[0] >> 4 != 6 || packet[6] != IcmpProtocol || packet[7] != HopLimit) return false;
        int length = BinaryPrimitives.ReadUInt16BigEndian(packet[4..]);
        if (length > packet.Length - IpBytes) return false;
        ReadOnlySpan<byte> message = packet.Slice(IpBytes, length);
        if (message.Length < RouterFixedBytes || message[1] != 0) return false;
        byte type = message[0];
        if (type is not (RouterAdvertisement or Solicitation or Advertisement)) return false;
        int fixedBytes = type == RouterAdvertisement ? RouterFixedBytes : FixedBytes;
        if (message.Length < fixedBytes) return false;
        UInt128 target = type == RouterAdvertisement ? 0 : BinaryPrimitives.ReadUInt128BigEndian(message[8..]);
        if (AddressNumber.IsMulticast(target)) return false;
        if (!TryFindMac(message[fixedBytes..], type == Advertisement ? TargetMac : SourceMac, out ulong mac)) return false;
        frame = new NdFrame(type, BinaryPrimitives.ReadUInt128BigEndian(packet[8..]), target, mac);
        return true;
    }

    /// <summary>False: an option of no length, or one that does not fit (section 4.6).</summary>
    private static bool TryFindMac(ReadOnlySpan<byte> options, byte wanted, out ulong mac)
    {
        mac = 0;
        while (options.Length >= 2)
        {
            int length = options[1] * 8;
            if (length == 0 || length > options.Length) return false;
            if (options[0] == wanted && length == 8) mac = MacNumber.Read(options[2..]);
            options = options[length..];
        }

        return options.IsEmpty;
    }

    private static Span<byte> Begin(Span<byte> to, byte type, ulong mac, UInt128 source, UInt128 destination)
    {
        to[..Bytes].Clear();
        MacNumber.Write(to, MacNumber.OfGroup6(destination));
        MacNumber.Write(to[6..], mac);
        BinaryPrimitives.WriteUInt16BigEndian(to[12..], 0x86dd);
        Span<byte> header = to[EthernetBytes..];
        header[0] = 0x60;
        BinaryPrimitives.WriteUInt16BigEndian(header[4..], MessageBytes);
        header[6] = IcmpProtocol;
        header[7] = HopLimit;
        BinaryPrimitives.WriteUInt128BigEndian(header[8..], source);
        BinaryPrimitives.WriteUInt128BigEndian(header[24..], destination);
        Span<byte> message = header.Slice(IpBytes, MessageBytes);
        message[0] = type;
        return message;
    }

    private static void Finish(Span<byte> to, UInt128 target, byte option, ulong mac)
    {
        Span<byte> header = to[EthernetBytes..];
        Span<byte> message = header.Slice(IpBytes, MessageBytes);
        BinaryPrimitives.WriteUInt128BigEndian(message[8..], target);
        message[FixedBytes] = option;
        message[FixedBytes + 1] = 1;
        MacNumber.Write(message[(FixedBytes + 2)..], mac);
        UInt128 source = BinaryPrimitives.ReadUInt128BigEndian(header[8..]);
        UInt128 destination = BinaryPrimitives.ReadUInt128BigEndian(header[24..]);
        uint sum = InternetChecksum.PseudoHeader6(source, destination, IcmpProtocol, MessageBytes);
        BinaryPrimitives.WriteUInt16BigEndian(message[2..], InternetChecksum.Fold(InternetChecksum.Sum(message, sum)));
    }
}
