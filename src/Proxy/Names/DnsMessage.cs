using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Net;

namespace Appliance.Proxy.Names;

/// <summary>Questions and answers for addresses (RFC 1035 section 4, RFC 3596). Pure; never throws on bytes from outside.</summary>
internal static class DnsMessage
{
    /// <summary>Bytes of the longest question.</summary>
    internal const int MaxQuery = HeaderLength + DnsName.MaxLength + 4;

    /// <summary>Addresses taken from one answer; more are left.</summary>
    internal const int MaxAddresses = 64;

    /// <summary>Record type of IPv4 addresses.</summary>
    internal const ushort TypeA = 1;

    /// <summary>Record type of IPv6 addresses.</summary>
    internal const ushort TypeAaaa = 28;

    private const ushort TypeCname = 5;
    private const ushort ClassInternet = 1;
    private const int HeaderLength = 12;
    private const int MaxRecords = 256;
    private const int MaxAliases = 16;

    /// <summary>Writes a question that asks the server to do the work.</summary>
    /// <returns>Bytes written; 0: the name is not a name.</returns>
    internal static int WriteQuery(Span<byte> destination, ushort id, string name, ushort type)
    {
        destination[..HeaderLength].Clear();
        BinaryPrimitives.WriteUInt16BigEndian(destination, id);
        destination[2] = 0x01;
        destination[5] = 1;
        int length = DnsName.Write(name, destination[HeaderLength..]);
        if (length == 0) return 0;
        int at = HeaderLength + length;
        BinaryPrimitives.WriteUInt16BigEndian(destination[at..], type);
        BinaryPrimitives.WriteUInt16BigEndian(destination[(at + 2)..], ClassInternet);
        return at + 4;
    }

    /// <summary>Reads an answer to a question of <see cref="WriteQuery"/>.</summary>
    /// <param name="message">What came.</param>
    /// <param name="query">What was asked: id and question must be the same.</param>
    internal static DnsAnswer Read(ReadOnlySpan<byte> message, ReadOnlySpan<byte> query)
    {
        if (message.Length < HeaderLength || message[0] != query[0] || message[1] != query[1]) return DnsAnswer.Of(DnsStatus.Malformed);
        // A response (QR) to a standard query (opcode 0).
        if ((message[2] & 0xF8) != 0x80) return DnsAnswer.Of(DnsStatus.Malformed);
        int code = message[3] & 0x0F;
        if (code is not (0 or 3)) return DnsAnswer.Of(DnsStatus.ServerFailure);
        int offset = HeaderLength;
        if (!ReadQuestion(message, ref offset, query, out string name, out ushort type)) return DnsAnswer.Of(DnsStatus.Malformed);
        if (code == 3) return DnsAnswer.Of(DnsStatus.NoName);
        if ((message[2] & 0x02) != 0) return DnsAnswer.Of(DnsStatus.Truncated);
        return ReadRecords(message, offset, name, type);
    }

    private static bool ReadQuestion(ReadOnlySpan<byte> message, ref int offset, ReadOnlySpan<byte> query, out string name, out ushort type)
    {
        type = 0;
        int asked = HeaderLength;
        bool same = DnsName.TryRead(query, ref asked, out string wanted);
        if (!DnsName.TryRead(message, ref offset, out name)) return false;
        if (!same || BinaryPrimitives.ReadUInt16BigEndian(message[4..]) != 1 || name != wanted || offset + 4 > message.Length) return false;
        type = BinaryPrimitives.ReadUInt16BigEndian(message[offset..]);
        offset += 4;
        return message[(offset - 4)..offset].SequenceEqual(query.Slice(asked, 4));
    }

    private static DnsAnswer ReadRecords(ReadOnlySpan<byte> message, int offset, string name, ushort type)
    {
        var aliases = new Dictionary<string, (string Target, uint Ttl)>();
        var found = new List<(string Owner, IPAddress Address, uint Ttl)>();
        int count = Math.Min((int)BinaryPrimitives.ReadUInt16BigEndian(message[6..]), MaxRecords);
        for (int i = 0; i < count; i++)
        {
            if (!DnsName.TryRead(message, ref offset, out string owner) || offset + 10 > message.Length) return DnsAnswer.Of(DnsStatus.Malformed);
            ushort kind = BinaryPrimitives.ReadUInt16BigEndian(message[offset..]);
            bool internet = BinaryPrimitives.ReadUInt16BigEndian(message[(offset + 2)..]) == ClassInternet;
            uint ttl = Ttl(BinaryPrimitives.ReadUInt32BigEndian(message[(offset + 4)..]));
            int length = BinaryPrimitives.ReadUInt16BigEndian(message[(offset + 8)..]);
            int data = offset + 10;
            offset = data + length;
            if (offset > message.Length) return DnsAnswer.Of(DnsStatus.Malformed);
            if (!internet) continue;
            if (kind == type && length == (type == TypeA ? 4 : 16)) found.Add((owner, new IPAddress(message.Slice(data, length)), ttl));
            else if (kind == TypeCname && DnsName.TryRead(message, ref data, out string target)) aliases.TryAdd(owner, (target, ttl));
        }

        return Follow(name, aliases, found);
    }

    /// <summary>From the name over its aliases to the addresses; records of other names are nobody's business here.</summary>
    private static DnsAnswer Follow(
        string name, Dictionary<string, (string Target, uint Ttl)> aliases, List<(string Owner, IPAddress Address, uint Ttl)> found)
    {
        uint ttl = uint.MaxValue;
        for (int step = 0; step < MaxAliases && aliases.TryGetValue(name, out (string Target, uint Ttl) alias); step++)
        {
            name = alias.Target;
            ttl = Math.Min(ttl, alias.Ttl);
        }

        List<(string Owner, IPAddress Address, uint Ttl)> own = found.FindAll(record => record.Owner == name);
        if (own.Count == 0) return DnsAnswer.Of(DnsStatus.NoAddress);
        ImmutableArray<IPAddress> addresses = [.. own.Select(record => record.Address).Distinct().OrderBy(address => address.ToString(), StringComparer.Ordinal).Take(MaxAddresses)];
        return new DnsAnswer(DnsStatus.Found, addresses, own.Aggregate(ttl, (least, record) => Math.Min(least, record.Ttl)));
    }

    /// <summary>With the top bit set it counts as 0 (RFC 2181 section 8).</summary>
    private static uint Ttl(uint value) => value > int.MaxValue ? 0 : value;
}
