using System.Text;
using Appliance.Limiter;
using Appliance.Limiter.AddressLists;
using FsCheck;
using FsCheck.Fluent;

namespace Limiter.Tests.AddressLists;

public sealed class AddressListReaderTests
{
    [Theory]
    [InlineData(AddressListKind.Country, "192.0.2.0/24", "a value must follow the network")]
    [InlineData(AddressListKind.Country, "192.0.2.0/24 DEU", "two letters such as DE")]
    [InlineData(AddressListKind.Country, "192.0.2.0/24 D1", "two letters such as DE")]
    [InlineData(AddressListKind.Country, "192.0.2.0/24 DE FR", "two letters such as DE")]
    [InlineData(AddressListKind.Country, "AS64500 DE", "not a network")]
    [InlineData(AddressListKind.Asn, "192.0.2.0/24 ASx", "a number such as 64500")]
    [InlineData(AddressListKind.Asn, "192.0.2.0/24 4294967296", "a number such as 64500")]
    [InlineData(AddressListKind.Asn, "192.0.2.0/24 00", "a number such as 64500")]
    [InlineData(AddressListKind.Type, "192.0.2.0/24 Hosting", "a word of at most 32")]
    [InlineData(AddressListKind.Type, "AS4294967296 hosting", "a number such as AS64500")]
    [InlineData(AddressListKind.Type, "192.0.2.0/24 abcdefghijabcdefghijabcdefghijabc", "a word of at most 32")]
    [InlineData(AddressListKind.Tor, "192.0.2.0/24 maybe", "with true or false")]
    [InlineData(AddressListKind.Tor, "192.0.2.1/24", "bits are set behind the prefix; the network is 192.0.2.0/24")]
    [InlineData(AddressListKind.Tor, "2001:db8::1/32", "the network is 2001:db8::/32")]
    [InlineData(AddressListKind.Tor, "::ffff:192.0.2.1/120", "the network is 192.0.2.0/24")]
    [InlineData(AddressListKind.Tor, "192.0.2.0/33", "from 0 to 32")]
    [InlineData(AddressListKind.Tor, "2001:db8::/129", "from 0 to 128")]
    [InlineData(AddressListKind.Tor, "192.0.2.0/", "from 0 to 32")]
    [InlineData(AddressListKind.Tor, "192.0.2.0/+8", "from 0 to 32")]
    [InlineData(AddressListKind.Tor, "192.0.2.0/08", "from 0 to 32")]
    [InlineData(AddressListKind.Tor, "192.0.2/24", "not a network")]
    [InlineData(AddressListKind.Tor, "fe80::1%eth0", "not a network")]
    [InlineData(AddressListKind.Tor, "192.0.2.0/24,true", "from 0 to 32")]
    public void ABadLineIsNamed(AddressListKind kind, string line, string message)
    {
        Assert.Null(Read(kind, $"# first\n\n{line} # and why\n", out var errors));
        DescriptorFileError error = Assert.Single(errors);
        Assert.Equal(3, error.Line);
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
        Assert.Equal($"list:3: {error.Message}", error.ToString());
    }

    [Fact]
    public void TwoValuesForOneNetworkAreRefusedAndOneTwiceIsNot()
    {
        Assert.NotNull(Read(AddressListKind.Country, "192.0.2.0/24 DE\n2001:db8::/32 FR\n192.0.2.0/24 de\n", out _));
        Assert.Null(Read(AddressListKind.Country, "192.0.2.0/24 DE\n2001:db8::/32 FR\n::ffff:192.0.2.0/120 FR\n", out var errors));
        Assert.Equal("list:3: 192.0.2.0/24 has another value on line 1: keep one of the two lines", Assert.Single(errors).ToString());
        Assert.Null(Read(AddressListKind.Type, "AS1 isp\nAS1 hosting", out errors));
        Assert.Equal(2, Assert.Single(errors).Line);
    }

    [Fact]
    public void MistakesAreCollectedUpToABound()
    {
        Assert.Null(Read(AddressListKind.Tor, string.Join('\n', Enumerable.Range(0, 100).Select(i => $"x{i}")), out var errors));
        Assert.Equal(Enumerable.Range(1, AddressListReader.MaxErrors), errors.Select(error => error.Line));
    }

    [Fact]
    public void ArbitraryBytesAreErrorsNotExceptions() => Check.One(
        Config.QuickThrowOnFailure.WithMaxTest(5000),
        Prop.ForAll(ArbMap.Default.ArbFor<int>(), seed =>
        {
            var random = new Random(seed);
            byte[] content = Encoding.UTF8.GetBytes("192.0.2.0/24 DE\n2001:db8::/32 FR # x\r\nAS1 isp\n::ffff:1.2.3.4 7\n");
            for (int i = random.Next(8); i > 0; i--) content[random.Next(content.Length)] = (byte)random.Next(256);
            AddressList? list = AddressListReader.Read((AddressListKind)random.Next(4), "list", content, out var errors);
            return list is null == errors.Count > 0;
        }));

    private static AddressList? Read(AddressListKind kind, string text, out IReadOnlyList<DescriptorFileError> errors) =>
        AddressListReader.Read(kind, "list", Encoding.UTF8.GetBytes(text), out errors);
}
