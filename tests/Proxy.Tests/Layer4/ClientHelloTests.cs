using System.Text;
using Appliance.Proxy.Layer4;
using Appliance.Proxy.Layer7;
using FsCheck;
using FsCheck.Fluent;
using Proxy.Tests.Support;

namespace Proxy.Tests.Layer4;

/// <summary>The server name of a ClientHello: found in any fragmentation, never guessed, never read out of bounds.</summary>
public sealed class ClientHelloTests
{
    private const string Name = "www.example.com";

    private static readonly byte[] Ours = Hello.Extension(0, Hello.ServerNames(Name));

    [Theory]
    [InlineData("www.example.com", "www.example.com")]
    [InlineData("WWW.Example.COM", "www.example.com")]
    [InlineData("xn--bcher-kva.example", "xn--bcher-kva.example")]
    [InlineData(null, "")]
    public void TheNameIsFoundInLowerCase(string? sent, string found) => Assert.Equal(found, NameIn(Hello.Record(sent)));

    [Fact]
    public void AMessageWithoutExtensionsNamesNobody() => Assert.Equal("", NameIn(Hello.Records(Hello.Message(null), 1000)));

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(50)]
    public void TheMessageMayBeSpreadOverRecords(int size) => Assert.Equal(Name, NameIn(Hello.Records(Hello.Message(Ours), size)));

    [Fact]
    public void TheMessageMayReachTo16KiBAndNoFurther()
    {
        byte[] Padded(int total) => Hello.Records(Hello.Message([.. Ours, .. Hello.Extension(21, new byte[total - Hello.Record(Name).Length - 4])]), 16 * 1024);
        Assert.Equal(Name, NameIn(Padded(16 * 1024)));
        AssertRefused("TooLong", Padded(16 * 1024 + 1));
        AssertRefused("TooLong", Padded(16 * 1024 + 1)[..100]);
        // One byte a record: six times as long.
        AssertRefused("TooLong", Hello.Records(Hello.Message(Hello.Extension(21, new byte[4000])), 1));
    }

    [Theory]
    [InlineData("GET / HTTP/1.1\r\n")]
    [InlineData("SSH-2.0-OpenSSH_9.2\r\n")]
    [InlineData("\u0016\u0002")]
    public void AnotherProtocolIsKnownAtOnce(string text) => AssertRefused("NotTls", Encoding.Latin1.GetBytes(text));

    [Theory]
    [InlineData("a b")]
    [InlineData("a\0b")]
    [InlineData("a/b")]
    [InlineData(".example.com")]
    [InlineData("example.com.")]
    [InlineData("b\u00fccher.example")]
    public void ANameThatIsNoHostIsRefused(string name) => AssertRefused("BadName", Hello.Record(name));

    public static TheoryData<string, byte[]> BadMessages => new()
    {
        { "Malformed", [22, 3, 1, 0, 0] },
        { "Malformed", [22, 3, 1, 0x40, 1] },
        { "Malformed", [22, 3, 1, 0, 5, 2] },
        { "Malformed", [.. Hello.Records(Hello.Message(Ours)[..20], 20), 23, 3, 3, 0, 1, 1] },
        { "BadName", Hello.Records(Hello.Message([.. Ours, .. Ours]), 1000) },
        { "BadName", Hello.Records(Hello.Message(Hello.Extension(0, Hello.Vector16([1, .. Hello.Vector16([65])]))), 1000) },
        { "BadName", Hello.Records(Hello.Message(Hello.Extension(0, Hello.Vector16([0, 0, 1, 65, 0, 0, 1, 65]))), 1000) },
        { "BadName", Hello.Record(new string('a', 256)) },
        { "Malformed", Hello.Records(Hello.Message(Hello.Extension(0, [])), 1000) },
        { "Malformed", Hello.Records(Hello.Message(Hello.Extension(0, [0, 0])), 1000) },
        { "Malformed", Hello.Records(Hello.Message(Hello.Extension(0, [0, 9, 0, 0, 1, 65])), 1000) },
        { "Malformed", Hello.Records(Hello.Message(Hello.Extension(0, [0, 4, 0, 0, 9, 65])), 1000) },
        { "Malformed", Hello.Records(Hello.Message([0, 0, 0, 9]), 1000) },
    };

    [Theory]
    [MemberData(nameof(BadMessages))]
    public void ABadMessageIsRefused(string reason, byte[] bytes) => AssertRefused(reason, bytes);

    [Fact]
    public void NoChangeOfAByteAndNoCutMakesItThrowOrChangeItsMind()
    {
        byte[] good = Hello.Records(Hello.Message(Ours), 40);
        byte[] name = new byte[255];
        Prop.ForAll(ArbMap.Default.ArbFor<uint>(), ArbMap.Default.ArbFor<byte>(), (at, value) =>
        {
            byte[] bytes = [.. good];
            bytes[at % (uint)bytes.Length] = value;
            ClientHello whole = ClientHelloParser.Parse(bytes, name);
            for (int length = 0; length < bytes.Length; length++)
            {
                ClientHello part = ClientHelloParser.Parse(bytes.AsSpan(0, length), name);
                if (part.Progress != HeadProgress.Incomplete && part != whole) return false;
            }

            return true;
        }).QuickCheckThrowOnFailure();
    }

    private static string NameIn(byte[] bytes)
    {
        byte[] name = new byte[255];
        ClientHello hello = ClientHelloParser.Parse(bytes, name);
        Assert.Equal((HeadProgress.Complete, ClientHelloRefusal.None), (hello.Progress, hello.Refusal));
        Assert.Equal(HeadProgress.Incomplete, ClientHelloParser.Parse(bytes.AsSpan(0, bytes.Length - 1), new byte[255]).Progress);
        return Encoding.ASCII.GetString(name, 0, hello.NameLength);
    }

    private static void AssertRefused(string reason, byte[] bytes)
    {
        ClientHello hello = ClientHelloParser.Parse(bytes, new byte[255]);
        Assert.Equal((HeadProgress.Refused, reason), (hello.Progress, hello.Refusal.ToString()));
    }
}
