using System.Buffers.Binary;
using System.Net;
using System.Text;
using Appliance.Proxy.Layer4;
using Appliance.Proxy.Layer7;
using FsCheck;
using FsCheck.Fluent;
using SocketAddress = Appliance.Proxy.Interop.SocketAddress;

namespace Proxy.Tests.Layer4;

/// <summary>PROXY protocol headers as bytes: what is read, what is refused and why, and that what is written can be read.</summary>
public sealed class ProxyHeaderTests
{
    private const string Signature = "\r\n\r\n\0\r\nQUIT\n";

    [Theory]
    [InlineData("PROXY TCP4 192.0.2.1 198.51.100.2 40000 443\r\n", "192.0.2.1:40000")]
    [InlineData("PROXY TCP4 0.0.0.0 255.255.255.255 0 65535\r\n", "0.0.0.0:0")]
    [InlineData("PROXY TCP6 2001:db8::1 2001:DB8::2 1 2\r\n", "[2001:db8::1]:1")]
    [InlineData("PROXY TCP6 ::ffff:192.0.2.1 ::1 1 2\r\n", "192.0.2.1:1")]
    [InlineData("PROXY UNKNOWN\r\n", null)]
    [InlineData("PROXY UNKNOWN what ever this is\r\n", null)]
    public void ALineNamesItsClient(string line, string? client)
    {
        ProxyHeader header = Parse(line + "GET / HTTP/1.1\r\n");
        Assert.Equal((HeadProgress.Complete, line.Length, client is not null), (header.Progress, header.Length, header.NamesClient));
        if (client is not null) Assert.Equal(client, Text(header));
    }

    [Theory]
    [InlineData("GET / HTTP/1.1\r\n\r\n", "Signature")]
    [InlineData("PROXIE TCP4", "Signature")]
    [InlineData("PROXY\tTCP4", "Signature")]
    [InlineData("PROXY TCP5 192.0.2.1 198.51.100.2 1 2\r\n", "Family")]
    [InlineData("PROXY tcp4 192.0.2.1 198.51.100.2 1 2\r\n", "Family")]
    [InlineData("PROXY \r\n", "Family")]
    [InlineData("PROXY UNKNOWNS\r\n", "Family")]
    [InlineData("PROXY TCP4 192.0.2.1 198.51.100.2 1\r\n", "Line")]
    [InlineData("PROXY TCP4 192.0.2.1  198.51.100.2 1 2\r\n", "Line")]
    [InlineData("PROXY TCP4 192.0.2.1 198.51.100.2 1 2 \r\n", "Line")]
    [InlineData("PROXY TCP4 192.0.2.1 198.51.100.2 1 2 3\r\n", "Line")]
    [InlineData("PROXY TCP4 192.0.2.01 198.51.100.2 1 2\r\n", "Address")]
    [InlineData("PROXY TCP4 192.0.2.256 198.51.100.2 1 2\r\n", "Address")]
    [InlineData("PROXY TCP4 3221225985 198.51.100.2 1 2\r\n", "Address")]
    [InlineData("PROXY TCP4 ::1 ::2 1 2\r\n", "Address")]
    [InlineData("PROXY TCP6 192.0.2.1 198.51.100.2 1 2\r\n", "Address")]
    [InlineData("PROXY TCP6 [::1] ::2 1 2\r\n", "Address")]
    [InlineData("PROXY TCP6 fe80::1%1 ::2 1 2\r\n", "Address")]
    [InlineData("PROXY TCP4 192.0.2.1 198.51.100.2 65536 2\r\n", "Address")]
    [InlineData("PROXY TCP4 192.0.2.1 198.51.100.2 1 02\r\n", "Address")]
    [InlineData("PROXY TCP4 192.0.2.1 198.51.100.2 -1 2\r\n", "Address")]
    [InlineData("PROXY TCP4 192.0.2.1 198.51.100.2 1 2\n\r\n", "Address")]
    public void ABadLineIsRefused(string line, string reason) => AssertRefused(Parse(line), reason);

    [Fact]
    public void ALineOf107BytesIsReadAndALongerOneRefusedWithoutWaitingForItsEnd()
    {
        string longest = "PROXY UNKNOWN " + new string('x', 107 - 14 - 2) + "\r\n";
        Assert.Equal(107, Parse(longest).Length);
        AssertRefused(Parse("PROXY UNKNOWN " + new string('x', 93)), "TooLong");
        Assert.Equal(HeadProgress.Incomplete, Parse("PROXY UNKNOWN " + new string('x', 92)).Progress);
    }

    [Fact]
    public void ABinaryHeaderNamesItsClient()
    {
        byte[] header = Binary(0x21, 0x11, Inet("192.0.2.1", "198.51.100.2", 40000, 443));
        Assert.Equal(("192.0.2.1:40000", header.Length), (Text(Parse(header)), Parse([.. header, 1, 2, 3]).Length));
        header = Binary(0x21, 0x21, Inet("2001:db8::1", "2001:db8::2", 40000, 443));
        Assert.Equal(("[2001:db8::1]:40000", header.Length), (Text(Parse(header)), Parse(header).Length));
    }

    [Fact]
    public void LocalUnspecAndUnixKeepThePeer()
    {
        foreach (byte[] header in (byte[][])[Binary(0x20, 0x00, []), Binary(0x20, 0x11, Inet("192.0.2.1", "192.0.2.2", 1, 2)),
            Binary(0x21, 0x00, [1, 2, 3]), Binary(0x21, 0x31, new byte[216])])
        {
            ProxyHeader parsed = Parse(header);
            Assert.Equal((HeadProgress.Complete, header.Length, false), (parsed.Progress, parsed.Length, parsed.NamesClient));
        }
    }

    [Theory]
    [InlineData(0x31, 0x11, 12, "Command")]
    [InlineData(0x11, 0x11, 12, "Command")]
    [InlineData(0x22, 0x11, 12, "Command")]
    [InlineData(0x21, 0x12, 12, "Family")]
    [InlineData(0x21, 0x41, 12, "Family")]
    [InlineData(0x21, 0x10, 12, "Family")]
    [InlineData(0x21, 0x11, 11, "Length")]
    [InlineData(0x21, 0x21, 35, "Length")]
    [InlineData(0x21, 0x31, 215, "Length")]
    [InlineData(0x21, 0x11, 4081, "TooLong")]
    [InlineData(0x20, 0x00, 65535, "TooLong")]
    public void ABadBinaryHeaderIsRefused(byte command, byte family, int length, string reason) =>
        AssertRefused(Parse(Binary(command, family, new byte[length])), reason);

    [Theory]
    [InlineData(new byte[] { 4 }, "Fields")]
    [InlineData(new byte[] { 4, 0 }, "Fields")]
    [InlineData(new byte[] { 4, 0, 2, 9 }, "Fields")]
    [InlineData(new byte[] { 3, 0, 3, 1, 2, 3 }, "Fields")]
    [InlineData(new byte[] { 3, 0, 4, 1, 2, 3, 4 }, "Checksum")]
    [InlineData(new byte[] { 4, 0, 0 }, "None")]
    [InlineData(new byte[] { 0xe0, 0, 2, 9, 9, 4, 0, 1, 0 }, "None")]
    public void AdditionalFieldsLieWithinTheHeader(byte[] fields, string reason) =>
        AssertRefused(Parse(Binary(0x21, 0x11, [.. Inet("192.0.2.1", "192.0.2.2", 1, 2), .. fields])), reason);

    [Fact]
    public void ARightChecksumIsAccepted()
    {
        byte[] header = Binary(0x21, 0x11, [.. Inet("192.0.2.1", "192.0.2.2", 1, 2), 3, 0, 4, 0, 0, 0, 0]);
        BinaryPrimitives.WriteUInt32BigEndian(header.AsSpan(header.Length - 4), Crc32c(header));
        Assert.Equal(HeadProgress.Complete, Parse(header).Progress);
    }

    [Fact]
    public void AnyPrefixIsIncompleteOrHasTheSameVerdict() => Prop.ForAll(
        ArbMap.Default.ArbFor<byte[]>(), ArbMap.Default.ArbFor<byte>(), (bytes, choice) =>
        {
            byte[] start = (choice % 4) switch
            {
                0 => [.. Encoding.Latin1.GetBytes("PROXY TCP4 192.0.2.1 198.51.100.2 1 2\r\n"), .. bytes],
                1 => [.. Encoding.Latin1.GetBytes("PROXY "), .. bytes],
                2 => [.. Binary(0x21, 0x11, [.. Inet("192.0.2.1", "192.0.2.2", 1, 2), .. bytes])],
                _ => bytes,
            };
            ProxyHeader whole = Parse(start);
            for (int length = 0; length < start.Length; length++)
            {
                ProxyHeader part = Parse(start[..length]);
                if (part.Progress != HeadProgress.Incomplete && (part.Progress, part.Refusal, part.Length) != (whole.Progress, whole.Refusal, whole.Length)) return false;
            }

            return true;
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void WhatIsWrittenIsRead() => Prop.ForAll(
        ArbMap.Default.ArbFor<IPAddress>(), ArbMap.Default.ArbFor<IPAddress>(), ArbMap.Default.ArbFor<ushort>(), (source, target, port) =>
        {
            var from = SocketAddress.From(new IPEndPoint(Plain(source), port));
            var to = SocketAddress.From(new IPEndPoint(Plain(target), 443));
            byte[] bytes = new byte[107];
            foreach (bool text in new[] { true, false })
            {
                int length = text ? ProxyHeaderV1.Write(bytes, from, to) : ProxyHeaderV2.Write(bytes, from, to);
                ProxyHeader read = Parse(bytes[..length]);
                if (read.Length != length || read.Client.ToClientAddress() != from.ToClientAddress() || read.Client.Port != port) return false;
            }

            return true;
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void AUnixSocketIsWrittenAsNobody()
    {
        byte[] bytes = new byte[107];
        var to = SocketAddress.From(new IPEndPoint(IPAddress.Loopback, 1));
        Assert.Equal("PROXY UNKNOWN\r\n", Encoding.ASCII.GetString(bytes, 0, ProxyHeaderV1.Write(bytes, default, to)));
        Assert.Equal(Binary(0x20, 0, []), bytes[..ProxyHeaderV2.Write(bytes, default, to)]);
    }

    private static IPAddress Plain(IPAddress address) => new(address.GetAddressBytes());

    private static void AssertRefused(ProxyHeader header, string reason)
    {
        Assert.Equal(reason, header.Refusal.ToString());
        Assert.Equal(reason == "None" ? HeadProgress.Complete : HeadProgress.Refused, header.Progress);
    }

    private static string Text(ProxyHeader header) => new IPEndPoint(header.Client.ToClientAddress().ToIPAddress(), header.Client.Port).ToString();

    private static ProxyHeader Parse(string text) => ProxyHeaderParser.Parse(Encoding.Latin1.GetBytes(text));

    private static ProxyHeader Parse(byte[] bytes) => ProxyHeaderParser.Parse(bytes);

    private static byte[] Binary(byte command, byte family, byte[] rest) =>
        [.. Encoding.Latin1.GetBytes(Signature), command, family, (byte)(rest.Length >> 8), (byte)rest.Length, .. rest];

    private static byte[] Inet(string source, string target, ushort sourcePort, ushort targetPort) =>
    [
        .. IPAddress.Parse(source).GetAddressBytes(), .. IPAddress.Parse(target).GetAddressBytes(),
        (byte)(sourcePort >> 8), (byte)sourcePort, (byte)(targetPort >> 8), (byte)targetPort,
    ];

    /// <summary>By the definition, bit by bit.</summary>
    private static uint Crc32c(byte[] bytes)
    {
        uint crc = uint.MaxValue;
        foreach (byte b in bytes)
        {
            crc ^= b;
            for (int bit = 0; bit < 8; bit++) crc = (crc & 1) != 0 ? (crc >> 1) ^ 0x82f63b78 : crc >> 1;
        }

        return ~crc;
    }
}
