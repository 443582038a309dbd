using Appliance.Proxy.Configuration;
using Appliance.Proxy.Transport;
using Proxy.Tests.Support;

namespace Proxy.Tests.Tls;

[Collection(nameof(TlsSession))]
public sealed class ForwardedOverTlsTests
{
    [Fact]
    public async Task ARequestThatCameByTlsSaysSoAndIsNotSentToHttpsAgain()
    {
        using var authority = new TestAuthority();
        using var upstream = new Upstream();
        HttpText? seen = null;
        upstream.Serve(async peer =>
        {
            seen = await peer.ReadHeadAsync();
            await peer.SendAsync(TlsRigs.Answer);
        });
        ProxySettings settings = TlsRigs.Settings(TlsRigs.With(authority.Issue("a.example")), upstream.Address);
        var http = new HttpSettings { Forwarded = ForwardedStyle.Both, RedirectToHttpsPort = 443 };
        await using var rig = new ProxyRig(settings with { Listeners = [settings.Listeners[0] with { Http = http }] });
        using TlsPeer client = await TlsPeer.ConnectAsync(rig.Address, TlsPeer.Options("a.example", authority));
        await client.SendAsync("GET / HTTP/1.1\r\nHost: a.example\r\n\r\n");
        Assert.StartsWith("HTTP/1.1 200 ", await client.ReadUntilAsync("ok"), StringComparison.Ordinal);
        Assert.Equal(("https", "for=127.0.0.1;proto=https;host=a.example"), (seen!["X-Forwarded-Proto"], seen["Forwarded"]));
    }
}
