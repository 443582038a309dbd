using System.Net.Security;
using System.Security.Authentication;
using Appliance.Proxy.Configuration;
using Appliance.Proxy.Transport;
using Proxy.Tests.Support;

namespace Proxy.Tests.Tls;

/// <summary>What a client and a listener agree on, and what is refused.</summary>
[Collection(nameof(TlsSession))]
public sealed class HandshakeTests : IDisposable
{
    private readonly TestAuthority _authority = new();
    private readonly Upstream _upstream = new Upstream().ServeAnswer(TlsRigs.Answer);

    public void Dispose()
    {
        _upstream.Dispose();
        _authority.Dispose();
    }

    [Theory]
    [InlineData(SslProtocols.Tls12, "ec")]
    [InlineData(SslProtocols.Tls13, "ec")]
    [InlineData(SslProtocols.Tls12, "rsa")]
    [InlineData(SslProtocols.Tls13, "rsa")]
    public async Task RequestsGoThroughAndAreCounted(SslProtocols version, string kind)
    {
        CertificateSettings certificate = _authority.Issue(kind, DateTimeOffset.UtcNow.AddDays(9), "www.example.com");
        await using var rig = new ProxyRig(TlsRigs.Settings(TlsRigs.With(certificate), _upstream.Address));
        using (TlsPeer client = await TlsPeer.ConnectAsync(rig.Address, TlsPeer.Options("www.example.com", _authority, version)))
        {
            Assert.Equal(version, client.Stream.SslProtocol);
            for (int i = 0; i < 3; i++)
            {
                await client.SendAsync("GET / HTTP/1.1\r\nHost: www.example.com\r\n\r\n");
                Assert.StartsWith("HTTP/1.1 200", await client.ReadUntilAsync("\r\n\r\nok"), StringComparison.Ordinal);
            }
        }

        Assert.Equal((1, 0, 0), (rig.Listener.TlsHandshakes, rig.Listener.TlsResumed, rig.Listener.TlsFailures));
        await rig.ExpectNothingLeftAsync();
        await Deadline.Until(() => TlsSession.Live == 0, "every session is freed");
    }

    [Fact]
    public async Task ServersLearnThatTheClientCameByTls()
    {
        using var upstream = new Upstream();
        await using var rig = new ProxyRig(TlsRigs.Settings(TlsRigs.With(_authority.Issue("www.example.com")), upstream.Address));
        using TlsPeer client = await TlsPeer.ConnectAsync(rig.Address, TlsPeer.Options("www.example.com", _authority));
        await client.SendAsync("GET / HTTP/1.1\r\nHost: www.example.com\r\n\r\n");
        RawPeer server = await upstream.AcceptAsync();
        Assert.Equal("https", (await server.ReadHeadAsync())["X-Forwarded-Proto"]);
        await server.SendAsync(TlsRigs.Answer);
        await client.ReadUntilAsync("ok");
    }

    [Fact]
    public async Task AnOlderVersionThanAllowedIsRefused()
    {
        TlsSettings tls = TlsRigs.With(_authority.Issue("www.example.com")) with { MinimumVersion = TlsVersion.Tls13 };
        await using var rig = new ProxyRig(TlsRigs.Settings(tls, _upstream.Address));
        await Assert.ThrowsAnyAsync<AuthenticationException>(
            () => TlsPeer.ConnectAsync(rig.Address, TlsPeer.Options("www.example.com", _authority, SslProtocols.Tls12)));
        await Deadline.Until(() => rig.Listener.TlsFailures == 1, "the failure is counted");
        (await TlsPeer.ConnectAsync(rig.Address, TlsPeer.Options("www.example.com", _authority, SslProtocols.Tls13))).Dispose();
    }

    [Theory]
    [InlineData("http/1.1", "h2")]
    [InlineData("http/1.1")]
    public async Task Http11IsChosenAmongTheProtocolsOffered(params string[] offered)
    {
        await using var rig = new ProxyRig(TlsRigs.Settings(TlsRigs.With(_authority.Issue("www.example.com")), _upstream.Address));
        SslClientAuthenticationOptions options = TlsPeer.Options("www.example.com", _authority);
        options.ApplicationProtocols = [.. offered.Select(name => new SslApplicationProtocol(name))];
        using TlsPeer client = await TlsPeer.ConnectAsync(rig.Address, options);
        Assert.Equal(SslApplicationProtocol.Http11, client.Stream.NegotiatedApplicationProtocol);
    }

    [Fact]
    public async Task OnlyUnknownProtocolsAreRefusedByHttpAndPassedByTcp()
    {
        TlsSettings tls = TlsRigs.With(_authority.Issue("www.example.com"));
        SslClientAuthenticationOptions options = TlsPeer.Options("www.example.com", _authority);
        options.ApplicationProtocols = [SslApplicationProtocol.Http2];
        await using (var rig = new ProxyRig(TlsRigs.Settings(tls, _upstream.Address)))
        {
            await Assert.ThrowsAnyAsync<AuthenticationException>(() => TlsPeer.ConnectAsync(rig.Address, options));
        }

        await using var relay = new ProxyRig(TlsRigs.Settings(tls, ListenerProtocol.Tcp, _upstream.Address));
        using TlsPeer client = await TlsPeer.ConnectAsync(relay.Address, options);
        await client.SendAsync("GET / HTTP/1.1\r\n\r\n");
        Assert.StartsWith("HTTP/1.1 200", await client.ReadUntilAsync("ok"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("www.example.com", "www.example.com")]
    [InlineData("WWW.EXAMPLE.COM", "www.example.com")]
    [InlineData("other.example.com", "*.example.com")]
    [InlineData("deep.other.example.com", "first.example.net")]
    [InlineData("example.com", "first.example.net")]
    [InlineData("elsewhere.org", "first.example.net")]
    public async Task TheCertificateIsChosenByName(string asked, string served)
    {
        TlsSettings tls = TlsRigs.With(_authority.Issue("first.example.net"), _authority.Issue("*.example.com"), _authority.Issue("www.example.com"));
        await using var rig = new ProxyRig(TlsRigs.Settings(tls, _upstream.Address));
        using TlsPeer client = await TlsPeer.ConnectAsync(rig.Address, TlsPeer.Options(asked));
        Assert.Equal(served, client.ServerName);
    }

    [Theory]
    [InlineData("elsewhere.org", false)]
    [InlineData("", false)]
    [InlineData("www.example.com", true)]
    public async Task StrictNamesRefuseWhatNoCertificateNames(string asked, bool served)
    {
        TlsSettings tls = TlsRigs.With(_authority.Issue("www.example.com")) with { StrictSni = true };
        await using var rig = new ProxyRig(TlsRigs.Settings(tls, _upstream.Address));
        Task<TlsPeer> connecting = TlsPeer.ConnectAsync(rig.Address, TlsPeer.Options(asked));
        if (served) (await connecting).Dispose();
        else await Assert.ThrowsAnyAsync<AuthenticationException>(() => connecting);
    }

    [Fact]
    public async Task OneNameMayHaveCertificatesOfTwoKinds()
    {
        DateTimeOffset soon = DateTimeOffset.UtcNow.AddDays(9);
        TlsSettings tls = TlsRigs.With(_authority.Issue("rsa", soon, "www.example.com"), _authority.Issue("ec", soon, "www.example.com"));
        await using var rig = new ProxyRig(TlsRigs.Settings(tls with { Ciphers = "ECDHE+AESGCM" }, _upstream.Address));
        foreach ((TlsCipherSuite suite, string kind) in new[]
        {
            (TlsCipherSuite.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256, "1.2.840.113549.1.1.1"),
            (TlsCipherSuite.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, "1.2.840.10045.2.1"),
        })
        {
            SslClientAuthenticationOptions options = TlsPeer.Options("www.example.com", _authority, SslProtocols.Tls12);
            options.CipherSuitesPolicy = new CipherSuitesPolicy([suite]);
            using TlsPeer client = await TlsPeer.ConnectAsync(rig.Address, options);
            Assert.Equal(kind, client.Stream.RemoteCertificate!.GetKeyAlgorithm());
        }
    }
}
