using System.Net;
using System.Text;
using Appliance.Limiter;
using FsCheck;
using FsCheck.Fluent;

namespace Limiter.Tests;

public sealed class ClientAddressTests
{
    private static readonly Gen<ushort> Group = Gen.Frequency((2, Gen.Constant((ushort)0)), (1, Gen.Choose(0, 0xffff).Select(n => (ushort)n)));

    [Theory]
    [InlineData("2001:db8::1")]
    [InlineData("2001:db8::")]
    [InlineData("2001:0:0:1::1")]
    [InlineData("2001:db8:0:1:1:1:1:1")]
    [InlineData("fe80::1:0:0:1")]
    [InlineData("::1")]
    [InlineData("::")]
    [InlineData("192.0.2.1")]
    [InlineData("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff")]
    public void AddressesAreWrittenInTheUsualForm(string text) => Assert.Equal(text, Format(ClientAddress.From(IPAddress.Parse(text))));

    [Fact]
    public void TheTextIsTheFrameworksForEveryAddress() => Check.One(
        Config.QuickThrowOnFailure.WithMaxTest(5000),
        Prop.ForAll(Group.ArrayOf(8).ToArbitrary(), groups =>
        {
            // The framework writes the last groups of ISATAP addresses (RFC 5214) as an IPv4 address.
            if (groups[5] == 0x5efe) return;
            var address = ClientAddress.From(IPAddress.Parse(string.Join(':', groups.Select(group => group.ToString("x")))));
            Assert.Equal(address.ToIPAddress().ToString(), Format(address));
        }));

    [Fact]
    public void WritingAllocatesNothing()
    {
        var address = ClientAddress.From(IPAddress.Parse("2001:db8::1:0:0:1"));
        byte[] room = new byte[45];
        for (int i = 0; i < 100; i++) address.Format(room);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 1000; i++) address.Format(room);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 200);
    }

    private static string Format(ClientAddress address)
    {
        byte[] room = new byte[45];
        return Encoding.ASCII.GetString(room, 0, address.Format(room));
    }
}
