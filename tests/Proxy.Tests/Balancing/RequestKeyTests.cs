using System.Text;
using Appliance.Limiter;
using Appliance.Proxy.Balancing;
using Appliance.Proxy.Configuration;
using Appliance.Proxy.Layer7;
using FsCheck;
using FsCheck.Fluent;

namespace Proxy.Tests.Balancing;

/// <summary>Where keys and cookies are found.</summary>
public sealed class RequestKeyTests
{
    private static readonly ClientAddress Client = ClientAddress.FromIPv4(0xC0000201);

    [Theory]
    [InlineData(HashSource.Header, "x-user", "X-User: 42\r\n", "42")]
    [InlineData(HashSource.Header, "X-USER", "x-user: 42\r\n", "42")]
    [InlineData(HashSource.Header, "X-Other", "x-user: 42\r\n", null)]
    [InlineData(HashSource.Cookie, "sid", "Cookie: a=b; sid=42\r\n", "42")]
    [InlineData(HashSource.Cookie, "sid", "Cookie: a=b\r\nCookie: sid=42\r\n", "42")]
    [InlineData(HashSource.Cookie, "sid", "Cookie: a=b; SID=42\r\n", null)]
    [InlineData(HashSource.Path, null, "", "/path")]
    public void TheKeyIsWhereTheSettingsSay(HashSource source, string? name, string fields, string? key)
    {
        (byte[] head, RequestHead request) = Parse(fields);
        ulong expected = key is null ? 0 : KeyHash.Of(Encoding.Latin1.GetBytes(key));
        Assert.Equal(expected, RequestKey.Of(new HashKeySettings(source, name), head, request, "/path"u8, Client));
    }

    [Fact]
    public void TheSourceIsTheClientsAddress()
    {
        (byte[] head, RequestHead request) = Parse("");
        var settings = new HashKeySettings(HashSource.SourceAddress);
        ulong key = RequestKey.Of(settings, head, request, "/"u8, Client);
        Assert.Equal(key, RequestKey.Of(settings, Client));
        Assert.NotEqual(key, RequestKey.Of(settings, ClientAddress.FromIPv4(0xC0000202)));
        Assert.Equal(0UL, RequestKey.Of(new HashKeySettings(HashSource.Path), Client));
    }

    [Theory]
    [InlineData("sid=1", "1")]
    [InlineData("a=sid; sid=1", "1")]
    [InlineData("asid=2; sid=1; sid=3", "1")]
    [InlineData(" sid = 1 ;x=y", "1")]
    [InlineData("sid=", "")]
    [InlineData("sid=a=b", "a=b")]
    [InlineData("sid", null)]
    [InlineData("=1;;;sidx=1", null)]
    [InlineData("", null)]
    public void CookiesAreFoundByTheirExactName(string cookies, string? value)
    {
        byte[] bytes = Encoding.Latin1.GetBytes(cookies);
        bool found = CookieHeader.TryFind(bytes, "sid", out Range range);
        Assert.Equal(value, found ? Encoding.Latin1.GetString(bytes[range]) : null);
    }

    [Theory]
    [InlineData("sid=1", "")]
    [InlineData("a=1; sid=1; b=2", "a=1; b=2")]
    [InlineData("sid=1; a=1;b=2; sid=3", "a=1;b=2")]
    [InlineData("a=1;b=2", "a=1;b=2")]
    [InlineData(" ;; a=1 ; sid=9;;b=2", "a=1 ;b=2")]
    public void ACookieCanBeLeftOut(string cookies, string rest)
    {
        byte[] destination = new byte[cookies.Length];
        int length = CookieHeader.CopyWithout(Encoding.Latin1.GetBytes(cookies), "sid", destination);
        Assert.Equal(rest, Encoding.Latin1.GetString(destination, 0, length));
    }

    [Fact]
    public void NoCookieFieldMakesTheReaderThrow()
    {
        Gen<string> piece = Gen.Elements("sid", "=", ";", " ", "a", "\t", "\xff", "sid=1", "; ");
        Prop.ForAll(piece.ListOf().Select(string.Concat).ToArbitrary(), text =>
        {
            byte[] bytes = Encoding.Latin1.GetBytes(text);
            byte[] rest = new byte[bytes.Length];
            int length = CookieHeader.CopyWithout(bytes, "sid", rest);
            CookieHeader.TryFind(bytes, "sid", out _);
            return !CookieHeader.TryFind(rest.AsSpan(0, length), "sid", out _);
        }).QuickCheckThrowOnFailure();
    }

    internal static (byte[] Head, RequestHead Request) Parse(string fields)
    {
        byte[] head = Encoding.Latin1.GetBytes($"GET /path HTTP/1.1\r\nHost: a\r\n{fields}\r\n");
        var request = new RequestHead();
        request.Reset();
        Assert.Equal(HeadProgress.Complete, request.Parse(head));
        return (head, request);
    }
}
