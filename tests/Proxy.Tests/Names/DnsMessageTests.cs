using Appliance.Proxy.Names;
using FsCheck;
using FsCheck.Fluent;

namespace Proxy.Tests.Names;

/// <summary>The codec, against honest and hostile bytes.</summary>
public sealed class DnsMessageTests
{
    private const int Good = 0x8180;

    [Fact]
    public void AQuestionIsWhatTheRfcDraws() => Assert.Equal(
        "1234010000010000000000000161026578036E657400001C0001".ToUpperInvariant(),
        Convert.ToHexString(DnsText.Query("a.ex.net.", DnsMessage.TypeAaaa)));

    [Theory]
    [InlineData("")]
    [InlineData(".")]
    [InlineData("a..b")]
    [InlineData(".a")]
    [InlineData("a b")]
    [InlineData("ä.net")]
    [InlineData("0123456789012345678901234567890123456789012345678901234567890123.net")]
    public void WhatIsNoNameIsNotAsked(string name) =>
        Assert.Equal(0, DnsMessage.WriteQuery(new byte[DnsMessage.MaxQuery], 1, name, DnsMessage.TypeA));

    [Fact]
    public void TheLongestNameFits()
    {
        string name = string.Join('.', new string('x', 63), new string('x', 63), new string('x', 63), new string('x', 61));
        Assert.Equal(DnsName.MaxLength, DnsText.Name(name).Length);
        Assert.Equal(0, DnsName.Write(name + "y", new byte[400]));
    }

    [Fact]
    public void AddressesComeSortedWithTheSmallestTtl()
    {
        byte[] query = DnsText.Query("api.example.net");
        DnsAnswer answer = DnsMessage.Read(
            DnsText.Answer(query, Good, DnsText.Address("API.example.net", "192.0.2.9", 300), DnsText.Address("api.example.net", "192.0.2.1", 60),
                DnsText.Address("api.example.net", "192.0.2.9", 300)),
            query);
        Assert.Equal(DnsStatus.Found, answer.Status);
        Assert.Equal(["192.0.2.1", "192.0.2.9"], answer.Addresses.Select(address => address.ToString()));
        Assert.Equal(60u, answer.TtlSeconds);
    }

    [Fact]
    public void AliasesAreFollowedInWhateverOrderTheyCome()
    {
        byte[] query = DnsText.Query("www.example.net", DnsMessage.TypeAaaa);
        DnsAnswer answer = DnsMessage.Read(
            DnsText.Answer(query, Good, DnsText.Address("c.example.net", "2001:db8::1", 500), DnsText.Alias("b.example.net", "c.example.net", 7),
                DnsText.Alias("www.example.net", "b.example.net", 100)),
            query);
        Assert.Equal(("2001:db8::1", 7u), (answer.Addresses.Single().ToString(), answer.TtlSeconds));
    }

    [Fact]
    public void AddressesOfOtherNamesAreNotTaken()
    {
        byte[] query = DnsText.Query("api.example.net");
        DnsAnswer answer = DnsMessage.Read(DnsText.Answer(query, Good, DnsText.Address("evil.example.net", "192.0.2.66", 60)), query);
        Assert.Equal(DnsStatus.NoAddress, answer.Status);
        Assert.Empty(answer.Addresses);
    }

    [Fact]
    public void ACircleOfAliasesEnds()
    {
        byte[] query = DnsText.Query("a");
        DnsAnswer answer = DnsMessage.Read(DnsText.Answer(query, Good, DnsText.Alias("a", "b", 1), DnsText.Alias("b", "a", 1)), query);
        Assert.Equal(DnsStatus.NoAddress, answer.Status);
    }

    [Theory]
    [InlineData(0x8183, "NoName")]
    [InlineData(0x8182, "ServerFailure")]
    [InlineData(0x8185, "ServerFailure")]
    [InlineData(0x8380, "Truncated")]
    [InlineData(0x0180, "Malformed")]
    [InlineData(0x9180, "Malformed")]
    [InlineData(0x8180, "NoAddress")]
    public void TheHeadSaysWhatItIs(int flags, string status)
    {
        byte[] query = DnsText.Query("a");
        Assert.Equal(status, DnsMessage.Read(DnsText.Answer(query, flags), query).Status.ToString());
    }

    [Fact]
    public void OnlyTheAnswerToTheQuestionCounts()
    {
        byte[] query = DnsText.Query("a");
        byte[] record = DnsText.Address("a", "192.0.2.1", 1);
        Assert.Equal(DnsStatus.Found, DnsMessage.Read(DnsText.Answer(query, Good, record), query).Status);
        foreach (byte[] other in new[] { DnsText.Query("b"), DnsText.Query("a", DnsMessage.TypeAaaa), DnsText.Query("a", id: 0x1235) })
        {
            Assert.Equal(DnsStatus.Malformed, DnsMessage.Read(DnsText.Answer(other, Good, record), query).Status);
        }
    }

    [Fact]
    public void CompressionIsFollowedBackwardsOnly()
    {
        byte[] query = DnsText.Query("api.net");
        byte[] pointer = [0xC0, 12];
        DnsAnswer answer = DnsMessage.Read(DnsText.Answer(query, Good, DnsText.Record(pointer, 1, 9, [192, 0, 2, 1])), query);
        Assert.Equal(DnsStatus.Found, answer.Status);
        byte here = (byte)query.Length;
        foreach (byte[] owner in new byte[][] { [0xC0, here], [0xC0, (byte)(here + 2)], [0xFF, 0xFF], [0xC0], [0x80, 0], [63] })
        {
            Assert.Equal(DnsStatus.Malformed, DnsMessage.Read(DnsText.Answer(query, Good, DnsText.Record(owner, 1, 9, [192, 0, 2, 1])), query).Status);
        }
    }

    [Fact]
    public void ATtlWithTheTopBitIsZero()
    {
        byte[] query = DnsText.Query("a");
        Assert.Equal(0u, DnsMessage.Read(DnsText.Answer(query, Good, DnsText.Address("a", "192.0.2.1", 0x80000001)), query).TtlSeconds);
    }

    [Fact]
    public void NoBytesWhateverMakeTheReaderThrow()
    {
        byte[] query = DnsText.Query("api.example.net");
        byte[] good = DnsText.Answer(query, Good, DnsText.Alias("api.example.net", "b.net", 3), DnsText.Address("b.net", "192.0.2.1", 3));
        Gen<byte[]> bytes = Gen.OneOf(
            Gen.Choose(0, 255).Select(b => (byte)b).ArrayOf().Select(tail => (byte[])[.. query.AsSpan(0, 2), .. tail]),
            from edits in Gen.Choose(0, good.Length - 1).Select(at => at).ListOf()
            from values in Gen.Elements<byte>(0, 1, 0xC0, 0xFF, 12, 63).ListOf(edits.Count)
            from length in Gen.Choose(2, good.Length)
            select Edit(good, edits, values)[..length]);
        Prop.ForAll(bytes.ToArbitrary(), message =>
        {
            DnsAnswer answer = DnsMessage.Read(message, query);
            return answer.Status == DnsStatus.Found ? answer.Addresses.Length is > 0 and <= DnsMessage.MaxAddresses : answer.Addresses.IsEmpty;
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void EveryNameIsReadAsItWasWritten()
    {
        Gen<string> label = Gen.Elements("a", "api", "xn--p1ai", "_srv", new string('z', 63));
        Prop.ForAll(label.NonEmptyListOf().Select(labels => string.Join('.', labels)).Where(name => name.Length <= 253).ToArbitrary(), name =>
        {
            byte[] wire = DnsText.Name(name);
            int offset = 0;
            return DnsName.TryRead(wire, ref offset, out string read) && read == name && offset == wire.Length;
        }).QuickCheckThrowOnFailure();
    }

    private static byte[] Edit(byte[] message, IEnumerable<int> places, IEnumerable<byte> values)
    {
        byte[] edited = [.. message];
        foreach ((int place, byte value) in places.Zip(values)) edited[place] = value;
        return edited;
    }
}
