using System.Text;
using Appliance.Proxy.Layer7;
using FsCheck;
using FsCheck.Fluent;

namespace Proxy.Tests.Layer7;

public sealed class PathRewriteTests
{
    [Theory]
    [InlineData("/v1", "/api", "/v1/x?q=/v1", "/api/x?q=/v1")]
    [InlineData("/v1", "/api", "/v1", "/api")]
    [InlineData("/v1", "/api", "/v1/", "/api/")]
    [InlineData("/v1/", "/api/", "/v1?q", "/api?q")]
    [InlineData("/v1", "/", "/v1/x", "/x")]
    [InlineData("/v1", "/", "/v1", "/")]
    [InlineData("/v1", "/", "/v1?q", "/?q")]
    [InlineData("/", "/api", "/x", "/api/x")]
    [InlineData("/", "/api", "/", "/api/")]
    [InlineData("/v1", "api", "/v1/x", "/api/x")]
    [InlineData("/v1", "/a?b#c", "/v1/x", "/a%3Fb%23c/x")]
    [InlineData("/v1", "/api", "/v1/a%20b%41", "/api/a%20b%41")] // raw where it can be
    [InlineData("/v1", "/api", "/%761/a%20b%41", "/api/a%20bA")] // else normal
    [InlineData("/v1", "/api", "//v1/x", "/api/x")]
    [InlineData("/v1", "/api", "/v1//x", "/api/x")]
    [InlineData("/v1", "/api", "/v1/../v1/x", "/api/x")]
    [InlineData("/v1", "/api", "/v1/y/%2e%2e/x", "/api/x")]
    [InlineData("/v1", "/", "/v1//evil.example/x", "/evil.example/x")]
    [InlineData("/v1", "/api", "/other/../v1/x", "/api/x")]
    [InlineData("/v1", "/api", "/v1/.well-known", "/api/.well-known")]
    [InlineData("/v1", "/api", "/v1/a%2Fb", "/api/a%2Fb")]
    [InlineData("/", "/api", "*", "*")]
    public void ThePrefixIsReplaced(string prefix, string replacement, string target, string expected) =>
        Assert.Equal(expected, Rewrite(prefix, replacement, target));

    [Fact]
    public void WhateverTheTargetTheSegmentsAreThoseThatWereRouted()
    {
        string[] pieces = ["/", "v1", "/v1", "..", "/..", "/.", "%2e", "%2E%2e", "//", "x", "%41", "%2F", "%76", "?", "a=/../b", "~", "\\", ";", "%5C"];
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(5000), Prop.ForAll(
            Gen.Elements(pieces).ListOf().Select(parts => "/" + string.Concat(parts)).ToArbitrary(),
            target =>
            {
                (string path, bool sound) = Normal(target);
                if (!sound || !(path == "/v1" || path.StartsWith("/v1/", StringComparison.Ordinal))) return;
                string written = Rewrite("/v1", "/in/side", target);
                Assert.Equal("/in/side" + path["/v1".Length..], Normal(written).Path);
                Assert.Equal(Query(target), Query(written));
                written = Rewrite("/v1", "/", target);
                Assert.True(written[0] == '/' && !written.StartsWith("//", StringComparison.Ordinal));
            }));
    }

    [Fact]
    public void AReplacementIsBounded() => Assert.Throws<ArgumentException>(() => new PathRewrite("/", "/" + new string('x', PathRewrite.MaxLength)));

    private static string Query(string target) => target.Contains('?') ? target[target.IndexOf('?')..] : "";

    private static (string Path, bool Sound) Normal(string target)
    {
        byte[] room = new byte[target.Length + 1];
        bool sound = TargetPath.TryNormalize(Encoding.ASCII.GetBytes(target), room, out int length);
        return (Encoding.ASCII.GetString(room, 0, length), sound);
    }

    private static string Rewrite(string prefix, string replacement, string target)
    {
        byte[] room = new byte[target.Length + PathRewrite.MaxLength + 1];
        var text = new HeadWriter(room);
        new PathRewrite(prefix, replacement).Write(ref text, Encoding.ASCII.GetBytes(target), Encoding.ASCII.GetBytes(Normal(target).Path));
        return Encoding.ASCII.GetString(room, 0, text.Length);
    }
}
