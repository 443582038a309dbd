using System.Buffers.Binary;
using System.Numerics;
using Appliance.Limiter;
using Appliance.Proxy.Interop;

namespace Appliance.Proxy.Layer4;

/// <summary>Version 2: sixteen fixed bytes, addresses by family, additional fields (type, length, value) of which only the checksum is looked at.</summary>
internal static class ProxyHeaderV2
{
    /// <summary>The longest header that <see cref="Write"/> makes.</summary>
    internal const int MaximumWritten = FixedLength + AddressesV6;

    private const int FixedLength = 16;
    private const int AddressesV4 = 12;
    private const int AddressesV6 = 36;
    private const int AddressesUnix = 216;
    private const int FieldHead = 3;
    private const byte ChecksumField = 0x03;

    /// <summary>How every header begins.</summary>
    internal static ReadOnlySpan<byte> Signature => "\r\n\r\n\0\r\nQUIT\n"u8;

    /// <summary>Judges bytes that begin with the signature.</summary>
    internal static ProxyHeader Parse(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length <= 12) return ProxyHeader.Incomplete;
        int command = bytes[12] & 0x0f;
        if (bytes[12] >> 4 != 2 || command > 1) return ProxyHeader.Refused(ProxyHeaderRefusal.Command);
        if (bytes.Length <= 13) return ProxyHeader.Incomplete;
        int family = bytes[13];
        bool local = command == 0;
        if (!local && family is not (0x00 or 0x11 or 0x21 or 0x31)) return ProxyHeader.Refused(ProxyHeaderRefusal.Family);
        if (bytes.Length < FixedLength) return ProxyHeader.Incomplete;
        int length = FixedLength + BinaryPrimitives.ReadUInt16BigEndian(bytes[14..]);
        if (length > ProxyHeaderParser.MaximumLength) return ProxyHeader.Refused(ProxyHeaderRefusal.TooLong);
        // LOCAL and UNSPEC say nothing about what the rest is: it is skipped.
        int addresses = local || family == 0 ? -1 : family == 0x11 ? AddressesV4 : family == 0x21 ? AddressesV6 : AddressesUnix;
        if (length - FixedLength < addresses) return ProxyHeader.Refused(ProxyHeaderRefusal.Length);
        if (bytes.Length < length) return ProxyHeader.Incomplete;
        if (addresses < 0) return ProxyHeader.OfPeer(length);
        ReadOnlySpan<byte> header = bytes[..length];
        ProxyHeaderRefusal refusal = CheckFields(header, FixedLength + addresses);
        if (refusal != ProxyHeaderRefusal.None) return ProxyHeader.Refused(refusal);
        return addresses == AddressesUnix ? ProxyHeader.OfPeer(length) : ProxyHeader.Of(length, ReadClient(header, family));
    }

    /// <summary>Writes a header; the families of both addresses are made to agree.</summary>
    /// <param name="destination">At least <see cref="MaximumWritten"/> bytes.</param>
    /// <param name="source">The client; a Unix socket makes it a LOCAL header.</param>
    /// <param name="target">Where it connected to.</param>
    /// <returns>Bytes written.</returns>
    internal static int Write(Span<byte> destination, in SocketAddress source, in SocketAddress target)
    {
        if (!source.IsIp || !target.IsIp) return WriteLocal(destination);
        ClientAddress from = source.ToClientAddress(), to = target.ToClientAddress();
        bool four = from.IsIPv4 && to.IsIPv4;
        int addresses = four ? AddressesV4 : AddressesV6;
        WriteFixed(destination, 0x21, four ? (byte)0x11 : (byte)0x21, addresses);
        int at = PutAddress(destination, FixedLength, from, four);
        at = PutAddress(destination, at, to, four);
        BinaryPrimitives.WriteUInt16BigEndian(destination[at..], (ushort)source.Port);
        BinaryPrimitives.WriteUInt16BigEndian(destination[(at + 2)..], (ushort)target.Port);
        return FixedLength + addresses;
    }

    /// <summary>The header of a connection of our own (a health check), on nobody's behalf.</summary>
    /// <param name="destination">At least 16 bytes.</param>
    /// <returns>Bytes written.</returns>
    internal static int WriteLocal(Span<byte> destination)
    {
        WriteFixed(destination, 0x20, 0x00, 0);
        return FixedLength;
    }

    private static void WriteFixed(Span<byte> destination, byte command, byte family, int length)
    {
        Signature.CopyTo(destination);
        destination[12] = command;
        destination[13] = family;
        BinaryPrimitives.WriteUInt16BigEndian(destination[14..], (ushort)length);
    }

    private static int PutAddress(Span<byte> destination, int at, ClientAddress address, bool four)
    {
        if (four) BinaryPrimitives.WriteUInt32BigEndian(destination[at..], (uint)address.Bits);
        else BinaryPrimitives.WriteUInt128BigEndian(destination[at..], address.Bits);
        return at + (four ? 4 : 16);
    }

    private static SocketAddress ReadClient(ReadOnlySpan<byte> header, int family)
    {
        ReadOnlySpan<byte> addresses = header[FixedLength..];
        bool four = family == 0x11;
        ClientAddress client = four
            ? ClientAddress.FromIPv4(BinaryPrimitives.ReadUInt32BigEndian(addresses))
            : ClientAddress.FromIPv6(addresses[..16]);
        return SocketAddress.From(client, BinaryPrimitives.ReadUInt16BigEndian(addresses[(four ? 8 : 32)..]));
    }

    /// <summary>Every field must lie within the header; a CRC32c over the header with its own four bytes as zero must be right.</summary>
    private static ProxyHeaderRefusal CheckFields(ReadOnlySpan<byte> header, int at)
    {
        while (at < header.Length)
        {
            if (header.Length - at < FieldHead) return ProxyHeaderRefusal.Fields;
            byte type = header[at];
            int length = BinaryPrimitives.ReadUInt16BigEndian(header[(at + 1)..]);
            at += FieldHead;
            if (header.Length - at < length) return ProxyHeaderRefusal.Fields;
            if (type == ChecksumField)
            {
                if (length != 4) return ProxyHeaderRefusal.Fields;
                if (Crc32cWithout(header, at) != BinaryPrimitives.ReadUInt32BigEndian(header[at..])) return ProxyHeaderRefusal.Checksum;
            }

            at += length;
        }

        return ProxyHeaderRefusal.None;
    }

    private static uint Crc32cWithout(ReadOnlySpan<byte> header, int checksumAt)
    {
        uint crc = uint.MaxValue;
        for (int i = 0; i < header.Length; i++)
        {
            bool own = i >= checksumAt && i < checksumAt + 4;
            crc = BitOperations.Crc32C(crc, own ? (byte)0 : header[i]);
        }

        return ~crc;
    }
}
