using System.Buffers.Binary;

namespace Appliance.Proxy.Layer4;

/// <summary>
/// Finds the server name in a TLS ClientHello (RFC 8446 sections 4.1.2 and 5.1, RFC 6066 section 3) without taking part in the handshake. The
/// message may be spread over several records. Pure: the verdict on some bytes is final whatever follows them.
/// </summary>
internal static class ClientHelloParser
{
    /// <summary>How far into the stream the message may reach, record headers included.</summary>
    internal const int MaximumLength = 16 * 1024;

    /// <summary>The longest server name (RFC 1035 section 2.3.4).</summary>
    internal const int MaximumName = 255;

    private const int RecordHead = 5;
    private const int MessageHead = 4;
    private const int MaximumRecord = 16 * 1024;
    private const byte HandshakeRecord = 22;
    private const byte ClientHelloMessage = 1;
    private const ushort ServerNameExtension = 0;

    /// <summary>Judges the bytes received so far.</summary>
    /// <param name="received">From the first byte of the connection.</param>
    /// <param name="name">At least <see cref="MaximumName"/> bytes; receives the name in lower case.</param>
    internal static ClientHello Parse(ReadOnlySpan<byte> received, Span<byte> name)
    {
        ReadOnlySpan<byte> bytes = received[..Math.Min(received.Length, MaximumLength)];
        if (CheckStart(bytes) is var early and not ClientHelloRefusal.None) return ClientHello.Refused(early);
        if (bytes.Length < RecordHead + MessageHead) return IncompleteOr(bytes, ClientHelloRefusal.None);

        int first = BinaryPrimitives.ReadUInt16BigEndian(bytes[3..]);
        // Nearly always one record holds all of it, and the message can be read where it lies.
        if (first >= MessageHead)
        {
            int whole = MessageHead + ReadUInt24(bytes[(RecordHead + 1)..]);
            if (whole > MaximumLength) return ClientHello.Refused(ClientHelloRefusal.TooLong);
            if (whole <= first)
            {
                if (RecordHead + whole > MaximumLength) return ClientHello.Refused(ClientHelloRefusal.TooLong);
                return bytes.Length < RecordHead + whole ? ClientHello.Incomplete : ParseBody(bytes.Slice(RecordHead + MessageHead, whole - MessageHead), name);
            }
        }

        return ParseFragments(bytes, name);
    }

    /// <summary>What can be said of the fixed bytes at the start, as many as there are.</summary>
    private static ClientHelloRefusal CheckStart(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length > 0 && bytes[0] != HandshakeRecord) return ClientHelloRefusal.NotTls;
        if (bytes.Length > 1 && bytes[1] != 3) return ClientHelloRefusal.NotTls;
        if (bytes.Length < RecordHead) return ClientHelloRefusal.None;
        if (!IsRecordLength(BinaryPrimitives.ReadUInt16BigEndian(bytes[3..]))) return ClientHelloRefusal.Malformed;
        return bytes.Length > RecordHead && bytes[RecordHead] != ClientHelloMessage ? ClientHelloRefusal.Malformed : ClientHelloRefusal.None;
    }

    private static bool IsRecordLength(int length) => length is > 0 and <= MaximumRecord;

    private static ClientHello IncompleteOr(ReadOnlySpan<byte> bytes, ClientHelloRefusal refusal) =>
        refusal != ClientHelloRefusal.None ? ClientHello.Refused(refusal)
        : bytes.Length < MaximumLength ? ClientHello.Incomplete
        : ClientHello.Refused(ClientHelloRefusal.TooLong);

    /// <summary>Joins the fragments of the message that have arrived.</summary>
    private static ClientHello ParseFragments(ReadOnlySpan<byte> bytes, Span<byte> name)
    {
        Span<byte> message = stackalloc byte[MaximumLength];
        int filled = 0;
        for (int at = 0; at < bytes.Length;)
        {
            ReadOnlySpan<byte> record = bytes[at..];
            if (record[0] != HandshakeRecord || (record.Length > 1 && record[1] != 3)) return ClientHello.Refused(ClientHelloRefusal.Malformed);
            if (record.Length < RecordHead) break;
            int length = BinaryPrimitives.ReadUInt16BigEndian(record[3..]);
            if (!IsRecordLength(length)) return ClientHello.Refused(ClientHelloRefusal.Malformed);
            int here = Math.Min(length, record.Length - RecordHead);
            record.Slice(RecordHead, here).CopyTo(message[filled..]);
            filled += here;
            int whole = filled < MessageHead ? int.MaxValue : MessageHead + ReadUInt24(message[1..]);
            if (whole <= filled) return ParseBody(message[MessageHead..whole], name);
            if (filled >= MessageHead && whole > MaximumLength) return ClientHello.Refused(ClientHelloRefusal.TooLong);
            at += RecordHead + length;
        }

        return IncompleteOr(bytes, ClientHelloRefusal.None);
    }

    /// <summary>The whole message without its head: version, random, session id, cipher suites, compression methods, extensions.</summary>
    private static ClientHello ParseBody(ReadOnlySpan<byte> body, Span<byte> name)
    {
        var reader = new TlsVectorReader(body);
        reader.Skip(2 + 32);
        reader.Vector(lengthBytes: 1, minimum: 0, maximum: 32);
        ReadOnlySpan<byte> suites = reader.Vector(lengthBytes: 2, minimum: 2, maximum: 0xfffe);
        reader.Vector(lengthBytes: 1, minimum: 1, maximum: 255);
        if (reader.IsBad || suites.Length % 2 != 0 || body[0] != 3) return ClientHello.Refused(ClientHelloRefusal.Malformed);
        // TLS 1.2 and older may end here.
        if (reader.IsAtEnd) return ClientHello.Complete(0);
        var extensions = new TlsVectorReader(reader.Vector(lengthBytes: 2, minimum: 0, maximum: 0xffff));
        if (reader.IsBad || !reader.IsAtEnd) return ClientHello.Refused(ClientHelloRefusal.Malformed);
        return ParseExtensions(extensions, name);
    }

    private static ClientHello ParseExtensions(TlsVectorReader extensions, Span<byte> name)
    {
        int nameLength = 0;
        bool seen = false;
        while (!extensions.IsAtEnd)
        {
            int type = extensions.UInt16();
            ReadOnlySpan<byte> data = extensions.Vector(lengthBytes: 2, minimum: 0, maximum: 0xffff);
            if (extensions.IsBad) return ClientHello.Refused(ClientHelloRefusal.Malformed);
            if (type != ServerNameExtension) continue;
            if (seen) return ClientHello.Refused(ClientHelloRefusal.BadName);
            seen = true;
            ClientHelloRefusal refusal = ParseServerName(data, name, out nameLength);
            if (refusal != ClientHelloRefusal.None) return ClientHello.Refused(refusal);
        }

        return ClientHello.Complete(nameLength);
    }

    /// <summary>A list that holds exactly one name, of the only type there is.</summary>
    private static ClientHelloRefusal ParseServerName(ReadOnlySpan<byte> data, Span<byte> name, out int nameLength)
    {
        nameLength = 0;
        var extension = new TlsVectorReader(data);
        var list = new TlsVectorReader(extension.Vector(lengthBytes: 2, minimum: 1, maximum: 0xffff));
        if (extension.IsBad || !extension.IsAtEnd) return ClientHelloRefusal.Malformed;
        int type = list.UInt8();
        ReadOnlySpan<byte> host = list.Vector(lengthBytes: 2, minimum: 1, maximum: 0xffff);
        if (list.IsBad) return ClientHelloRefusal.Malformed;
        if (type != 0 || !list.IsAtEnd || host.Length > MaximumName || host[0] == '.' || host[^1] == '.') return ClientHelloRefusal.BadName;
        for (int i = 0; i < host.Length; i++)
        {
            byte b = host[i];
            if (b is >= (byte)'A' and <= (byte)'Z') b |= 0x20;
            if (b is not (>= (byte)'a' and <= (byte)'z' or >= (byte)'0' and <= (byte)'9' or (byte)'-' or (byte)'.' or (byte)'_')) return ClientHelloRefusal.BadName;
            name[i] = b;
        }

        nameLength = host.Length;
        return ClientHelloRefusal.None;
    }

    private static int ReadUInt24(ReadOnlySpan<byte> bytes) => bytes[0] << 16 | bytes[1] << 8 | bytes[2];
}
