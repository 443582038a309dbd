using System.Buffers.Binary;

namespace Integration.Lab;

/// <summary>A captured IPv4 frame without options, changed here and there; the checksums of the headers stay right unless a test wants otherwise.</summary>
internal sealed class ForgedFrame(byte[] frame)
{
    private const int Network = 14;
    private const int Transport = Network + 20;
    private const int HeaderChecksum = Network + 10;
    private const int VrrpChecksum = Transport + 6;
    private const int UdpHeader = 8;

    private byte[] _bytes = [.. frame];

    public byte[] Bytes => _bytes;

    public static bool IsVrrp(byte[] frame) => frame.Length >= Transport + 8 && frame[12] == 8 && frame[13] == 0 && frame[Network + 9] == 112;

    /// <summary>To this port of the host whose address ends so.</summary>
    public static bool IsUdpTo(byte[] frame, byte lastByte, int port) => frame.Length >= Transport + UdpHeader && frame[12] == 8 && frame[13] == 0
        && frame[Network + 9] == 17 && frame[Network + 19] == lastByte && BinaryPrimitives.ReadUInt16BigEndian(frame.AsSpan(Transport + 2)) == port;

    /// <summary>Hop count.</summary>
    public ForgedFrame Ttl(byte value) => Word(Network + 8, (ushort)(value << 8 | _bytes[Network + 9]), HeaderChecksum);

    /// <summary>The last byte of the source address, in the VRRP checksum's pseudo-header as well.</summary>
    public ForgedFrame SourceOf(byte lastByte) => Word(Network + 14, (ushort)(_bytes[Network + 14] << 8 | lastByte), HeaderChecksum, VrrpChecksum);

    /// <summary>Bytes 0 and 1 of an advert: version and type, virtual router.</summary>
    public ForgedFrame VersionTypeRouter(ushort value) => Word(Transport, value, VrrpChecksum);

    /// <summary>Priority of an advert.</summary>
    public ForgedFrame Priority(byte value) => Word(Transport + 2, (ushort)(value << 8 | _bytes[Transport + 3]), VrrpChecksum);

    /// <summary>Interval of an advert in centiseconds.</summary>
    public ForgedFrame Interval(ushort value) => Word(Transport + 4, value, VrrpChecksum);

    /// <summary>An advert whose checksum does not fit.</summary>
    public ForgedFrame WrongVrrpChecksum()
    {
        _bytes[VrrpChecksum] ^= 0x55;
        return this;
    }

    /// <summary>One bit of the last byte: of a heartbeat's signature.</summary>
    public ForgedFrame WrongEnd()
    {
        _bytes[^1] ^= 1;
        return this;
    }

    /// <summary>Without a UDP checksum, which a frame captured from a virtual cable does not have right, and which IPv4 does not need.</summary>
    public ForgedFrame NoUdpChecksum()
    {
        BinaryPrimitives.WriteUInt16BigEndian(_bytes.AsSpan(Transport + 6), 0);
        return this;
    }

    /// <summary>Only so many bytes after the IP header; for UDP its own length says so too.</summary>
    public ForgedFrame CutTo(int bytes)
    {
        _bytes = _bytes[..(Transport + bytes)];
        Word(Network + 2, (ushort)(20 + bytes), HeaderChecksum);
        if (_bytes[Network + 9] == 17) BinaryPrimitives.WriteUInt16BigEndian(_bytes.AsSpan(Transport + 4), (ushort)bytes);
        return this;
    }

    // RFC 1624: the checksum follows a changed word without a look at the rest.
    private ForgedFrame Word(int at, ushort value, params ReadOnlySpan<int> checksums)
    {
        int before = BinaryPrimitives.ReadUInt16BigEndian(_bytes.AsSpan(at));
        BinaryPrimitives.WriteUInt16BigEndian(_bytes.AsSpan(at), value);
        foreach (int place in checksums)
        {
            int sum = (~BinaryPrimitives.ReadUInt16BigEndian(_bytes.AsSpan(place)) & 0xffff) + (~before & 0xffff) + value;
            sum = (sum & 0xffff) + (sum >> 16);
            sum = (sum & 0xffff) + (sum >> 16);
            BinaryPrimitives.WriteUInt16BigEndian(_bytes.AsSpan(place), (ushort)~sum);
        }

        return this;
    }
}
