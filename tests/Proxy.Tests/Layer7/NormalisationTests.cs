using System.Text;
using Appliance.Proxy.Layer7;
using FsCheck;
using FsCheck.Fluent;
using HostName = Appliance.Proxy.Layer7.HostName;

namespace Proxy.Tests.Layer7;

/// <summary>Paths and hosts have one form; applying the rules again changes nothing.</summary>
public sealed class NormalisationTests
{
    private static readonly string[] PathPieces =
        ["/", "//", ".", "..", "a", "B", "%2e", "%2E", "%2f", "%2F", "%41", "%25", "%2", "%zz", "%00", "%e4", "~", ";x", "?", "#", "*", "%252e", "/../", "/./"];

    private static readonly string[] HostPieces =
        ["a", "B", ".", "..", ":", ":80", ":x", "[", "]", "::1", "[::1]", "@", "/", " ", "xn--p1ai", "_", "-", "127.0.0.1", "%", "\xff"];

    [Theory]
    [InlineData("/", "/")]
    [InlineData("/a/b", "/a/b")]
    [InlineData("/a/b/", "/a/b/")]
    [InlineData("/a?b=/../c", "/a")]
    [InlineData("//a///b", "/a/b")]
    [InlineData("/a/./b/../c", "/a/c")]
    [InlineData("/../../etc", "/etc")]
    [InlineData("/a/..", "/")]
    [InlineData("/a/b/..", "/a/")]
    [InlineData("/a/.", "/a/")]
    [InlineData("/%2e%2E/x", "/x")]
    [InlineData("/%61%2d%7E", "/a-~")]
    [InlineData("/a%2fb", "/a%2Fb")]
    [InlineData("/%252e%252e/x", "/%252e%252e/x")]
    [InlineData("/...", "/...")]
    [InlineData("/.a", "/.a")]
    [InlineData("*", "*")]
    public void PathsAreBroughtIntoTheirOneForm(string target, string path) => Assert.Equal(path, Path(target));

    [Theory]
    [InlineData("")]
    [InlineData("a")]
    [InlineData("?")]
    [InlineData("/%")]
    [InlineData("/%4")]
    [InlineData("/%4g")]
    [InlineData("/%00")]
    public void PathsThatCannotBeReadAreRefused(string target) => Assert.Null(Path(target));

    [Fact]
    public void ANormalPathIsItsOwnNormalForm() => ForAll(PathPieces, "/", text =>
    {
        if (Path(text) is not { } once) return;
        Assert.Equal(once, Path(once));
        Assert.True(once.Length <= text.Length && once.Length > 0);
        Assert.DoesNotContain("/../", once + "/", StringComparison.Ordinal);
        Assert.DoesNotContain("//", once, StringComparison.Ordinal);
    });

    [Theory]
    [InlineData("Example.COM", "example.com")]
    [InlineData("example.com:8080", "example.com")]
    [InlineData("example.com.", "example.com")]
    [InlineData("example.com.:80", "example.com")]
    [InlineData("example.com:", "example.com")]
    [InlineData("[2001:DB8::1]:443", "[2001:db8::1]")]
    [InlineData("[::1]", "[::1]")]
    [InlineData("", "")]
    [InlineData(".", "")]
    [InlineData(":80", "")]
    [InlineData("a..", "")]
    [InlineData("a:b:80", "")]
    [InlineData("a:80a", "")]
    [InlineData("::1", "")]
    [InlineData("[::1", "")]
    [InlineData("[::1]x", "")]
    [InlineData("[::1]:x", "")]
    [InlineData("a/b", "")]
    [InlineData("u@a", "")]
    [InlineData("a b", "")]
    [InlineData("a\\b", "")]
    [InlineData("a_B-c.~1", "a_b-c.~1")]
    [InlineData("a!$&'()*+,;=b", "a!$&'()*+,;=b")]
    [InlineData("127.0.0.1:80", "127.0.0.1")]
    [InlineData("[::ffff:192.0.2.1]", "[::ffff:192.0.2.1]")]
    [InlineData("a%41", "")]
    [InlineData("a<b", "")]
    [InlineData("a>b", "")]
    [InlineData("a\"b", "")]
    [InlineData("a^b", "")]
    [InlineData("a`b", "")]
    [InlineData("a{b", "")]
    [InlineData("a|b", "")]
    [InlineData("a}b", "")]
    [InlineData("a#b", "")]
    [InlineData("a?b", "")]
    [InlineData("a\u007fb", "")]
    [InlineData("\u00e4", "")]
    [InlineData("a[b", "")]
    [InlineData("a]", "")]
    [InlineData("[]", "")]
    [InlineData("[a]", "")]
    [InlineData("[127.0.0.1]", "")]
    [InlineData("[::1%eth0]", "")]
    [InlineData("[::1%251]", "")]
    [InlineData("[:::]", "")]
    [InlineData("[1:2:3:4:5:6:7:8:9]", "")]
    [InlineData("[12345::]", "")]
    [InlineData("[::1/64]", "")]
    [InlineData("[[::1]]", "")]
    [InlineData("[v1.a:b]", "")]
    [InlineData("[::1].", "")]
    public void HostsAreBroughtIntoTheirOneForm(string host, string normal) => Assert.Equal(normal, Host(host));

    [Fact]
    public void ANormalHostIsItsOwnNormalForm() => ForAll(HostPieces, "", text =>
    {
        string once = Host(text);
        Assert.Equal(once, Host(once));
    });

    [Fact]
    public void TheLongestHostFits()
    {
        string host = new('a', 255);
        Assert.Equal(host, Host(host + ".:65535"));
        Assert.Equal("", Host(host + "a"));
    }

    private static string? Path(string target)
    {
        byte[] destination = new byte[Math.Max(1, target.Length)];
        return TargetPath.TryNormalize(Encoding.Latin1.GetBytes(target), destination, out int length)
            ? Encoding.Latin1.GetString(destination, 0, length)
            : null;
    }

    private static string Host(string host)
    {
        byte[] destination = new byte[HostName.MaxLength];
        return Encoding.Latin1.GetString(destination, 0, HostName.Normalize(Encoding.Latin1.GetBytes(host), destination));
    }

    private static void ForAll(string[] pieces, string prefix, Action<string> check) =>
        Check.One(
            Config.QuickThrowOnFailure.WithMaxTest(3000),
            Prop.ForAll(Gen.Elements(pieces).ListOf().Select(parts => prefix + string.Concat(parts)).ToArbitrary(), check));
}
