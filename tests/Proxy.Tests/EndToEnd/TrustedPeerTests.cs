using System.Net;
using Appliance.Proxy.Configuration;
using Proxy.Tests.Support;

namespace Proxy.Tests.EndToEnd;

/// <summary>Behind a proxy that terminates TLS: its word counts, nobody else's.</summary>
public sealed class TrustedPeerTests
{
    [Theory]
    [InlineData("127.0.0.0/8", "X-Forwarded-Proto: https", 200)]
    [InlineData("127.0.0.0/8", "Forwarded: for=192.0.2.1;proto=https", 200)]
    [InlineData("127.0.0.0/8", "X-Forwarded-Proto: http", 308)]
    [InlineData("127.0.0.0/8", "X-Other: https", 308)]
    [InlineData("192.0.2.0/24", "X-Forwarded-Proto: https", 308)]
    [InlineData("192.0.2.0/24", "Forwarded: for=192.0.2.1;proto=https", 308)]
    public async Task ARequestThatCameToItByTlsIsNotSentToHttpsAgain(string trusted, string field, int status)
    {
        using Upstream upstream = new Upstream().ServeAnswer(PoolSettings.Ok);
        ProxySettings settings = ProxyRig.HttpSettings(new TimeoutSettings(), upstream.Address);
        ListenerSettings listener = settings.Listeners[0] with
        {
            Http = new HttpSettings { RedirectToHttpsPort = 443 },
            TrustedProxies = [IPNetwork.Parse(trusted)],
        };
        await using var rig = new ProxyRig(settings with { Listeners = [listener] });
        RawPeer client = await rig.ConnectAsync();
        await client.SendAsync($"GET / HTTP/1.1\r\nHost: a\r\n{field}\r\n\r\n");
        int answered = (await client.ReadAnswerAsync()).Head.Status;
        Assert.True(answered == status || (status == 308 && answered is 301 or 307 or 308), $"{answered} instead of {status}");
        // What one request said is not the next one's.
        await client.SendAsync("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
        Assert.InRange((await client.ReadAnswerAsync()).Head.Status, 301, 308);
    }

    [Theory]
    [InlineData("X-Forwarded-Proto: https", true)]
    [InlineData("X-Forwarded-Proto: http", false)]
    public async Task ItsHttpsClientsGetSecureCookies(string field, bool secure)
    {
        using Upstream upstream = new Upstream().ServeAnswer(PoolSettings.Ok);
        ProxySettings settings = ProxyRig.HttpSettings(new TimeoutSettings(), upstream.Address);
        await using var rig = new ProxyRig(settings with
        {
            Listeners = [settings.Listeners[0] with { TrustedProxies = [IPNetwork.Parse("127.0.0.0/8")] }],
            Upstreams = [settings.Upstreams[0] with { Sticky = new StickySettings("sid") }],
        });
        (HttpText head, string _) = await rig.AskAsync($"GET / HTTP/1.1\r\nHost: a\r\n{field}\r\n\r\n");
        Assert.Equal(secure, head["Set-Cookie"]!.Contains("; Secure", StringComparison.Ordinal));
    }
}
