using Appliance.Proxy.Configuration;
using Proxy.Tests.Support;

namespace Proxy.Tests.Tls;

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

    [Theory]
    [InlineData(System.Security.Authentication.SslProtocols.Tls12, "TLSv1.2")]
    [InlineData(System.Security.Authentication.SslProtocols.Tls13, "TLSv1.3")]
    public async Task TheAccessLogSaysTheVersion(System.Security.Authentication.SslProtocols version, string text)
    {
        using var authority = new TestAuthority();
        using Upstream upstream = new Upstream().ServeAnswer(TlsRigs.Answer);
        ProxySettings settings = TlsRigs.Settings(TlsRigs.With(authority.Issue("a.example")), upstream.Address) with { AccessLog = AccessLogMode.All };
        await using var rig = new ProxyRig(settings);
        using TlsPeer client = await TlsPeer.ConnectAsync(rig.Address, TlsPeer.Options("a.example", authority, version));
        string log = "";
        for (int i = 1; i <= 2; i++)
        {
            await client.SendAsync("GET / HTTP/1.1\r\nHost: a.example\r\n\r\n");
            await client.ReadUntilAsync("ok");
            byte[] into = new byte[4096];
            await Deadline.Until(
                () =>
                {
                    while (rig.Server.ReadAccessLog(into) is > 0 and int length) log += System.Text.Encoding.ASCII.GetString(into, 0, length);
                    return log.Split('\n').Length == i + 1;
                },
                () => log);
        }

        Assert.Equal(2, log.Split($"\"tls\":\"{text}\"").Length - 1);
    }
}
