using System.Buffers.Binary;
using System.Net;
using Appliance.Proxy.Names;

namespace Proxy.Tests.Names;

/// <summary>Writes DNS messages by the plainest means.</summary>
internal static class DnsText
{
    public static byte[] Query(string name, ushort type = DnsMessage.TypeA, ushort id = 0x1234)
    {
        byte[] query = new byte[DnsMessage.MaxQuery];
        int length = DnsMessage.WriteQuery(query, id, name, type);
        Assert.True(length > 0);
        return query[..length];
    }

    /// <summary>An answer to a query: its header and question with these flags, and the records.</summary>
    public static byte[] Answer(byte[] query, int flags, params byte[][] records)
    {
        byte[] head = [.. query];
        BinaryPrimitives.WriteUInt16BigEndian(head.AsSpan(2), (ushort)flags);
        BinaryPrimitives.WriteUInt16BigEndian(head.AsSpan(6), (ushort)records.Length);
        return [.. head, .. records.SelectMany(record => record)];
    }

    public static byte[] Address(string owner, string address, uint ttl)
    {
        byte[] data = IPAddress.Parse(address).GetAddressBytes();
        return Record(Name(owner), data.Length == 4 ? 1 : 28, ttl, data);
    }

    public static byte[] Alias(string owner, string target, uint ttl) => Record(Name(owner), 5, ttl, Name(target));

    public static byte[] Record(byte[] owner, int type, uint ttl, byte[] data)
    {
        byte[] fixedPart = new byte[10];
        BinaryPrimitives.WriteUInt16BigEndian(fixedPart, (ushort)type);
        BinaryPrimitives.WriteUInt16BigEndian(fixedPart.AsSpan(2), 1);
        BinaryPrimitives.WriteUInt32BigEndian(fixedPart.AsSpan(4), ttl);
        BinaryPrimitives.WriteUInt16BigEndian(fixedPart.AsSpan(8), (ushort)data.Length);
        return [.. owner, .. fixedPart, .. data];
    }

    public static byte[] Name(string name)
    {
        byte[] bytes = new byte[DnsName.MaxLength];
        return bytes[..DnsName.Write(name, bytes)];
    }
}
