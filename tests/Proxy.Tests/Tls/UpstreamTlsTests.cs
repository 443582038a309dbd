using System.Net;
using System.Security.Cryptography.X509Certificates;
using Appliance.Proxy.Configuration;
using Appliance.Proxy.Transport;
using Proxy.Tests.Support;

namespace Proxy.Tests.Tls;

/// <summary>TLS to the servers: who they must prove to be, what we show, and what is resumed.</summary>
[Collection(nameof(TlsSession))]
public sealed class UpstreamTlsTests : IDisposable
{
    private readonly TestAuthority _authority = new();
    private readonly TestAuthority _others = new("others");

    public void Dispose()
    {
        _others.Dispose();
        _authority.Dispose();
    }

    [Theory]
    [InlineData("127.0.0.1", null, true, 200, "")]
    [InlineData("app.example", "app.example", true, 200, "")]
    [InlineData("127.0.0.2", null, true, 502, "IP address mismatch")]
    [InlineData("app.example", null, true, 502, "IP address mismatch")]
    [InlineData("app.example", "other.example", true, 502, "hostname mismatch")]
    [InlineData("127.0.0.1", null, false, 502, "unable to get local issuer certificate")]
    public async Task TheServerMustProveItsName(string certified, string? expected, bool trusted, int status, string reason)
    {
        using X509Certificate2 certificate = (trusted ? _authority : _others).IssueForClient(certified);
        using var server = new TlsUpstream(certificate, TlsUpstream.Answering(TlsRigs.Answer));
        await using ProxyRig rig = Rig(new UpstreamTlsSettings { CaFile = _authority.RootFile, ServerName = expected }, server.Address);
        for (int i = 0; i < 2; i++) Assert.Equal(status, (await rig.AskAsync("GET / HTTP/1.1\r\nHost: a\r\n\r\n")).Head.Status);
        rig.Settle();
        string[] told = [.. rig.Log.Entries.Where(entry => entry.Id == 3071).Select(entry => entry.Text)];
        Assert.Equal(status == 200 ? 0 : 1, told.Length);
        Assert.All(told, text => Assert.Contains(reason, text, StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    public async Task WithoutVerificationAnyServerWillDo()
    {
        using X509Certificate2 certificate = _others.IssueForClient("whoever.example");
        using var server = new TlsUpstream(certificate, TlsUpstream.Answering(TlsRigs.Answer));
        await using ProxyRig rig = Rig(new UpstreamTlsSettings { Verify = false }, server.Address);
        Assert.Equal(200, (await rig.AskAsync("GET / HTTP/1.1\r\nHost: a\r\n\r\n")).Head.Status);
    }

    [Fact]
    public async Task OurOwnCertificateIsShownToServersThatAsk()
    {
        using X509Certificate2 certificate = _authority.IssueForClient("127.0.0.1");
        string? shown = null;
        using var server = new TlsUpstream(
            certificate,
            async (stream, socket) =>
            {
                shown = stream.RemoteCertificate?.Subject;
                await TlsUpstream.Answering(TlsRigs.Answer)(stream, socket);
            },
            askClient: true);
        var tls = new UpstreamTlsSettings { CaFile = _authority.RootFile, Certificate = _authority.Issue("appliance") };
        await using ProxyRig rig = Rig(tls, server.Address);
        Assert.Equal(200, (await rig.AskAsync("GET / HTTP/1.1\r\nHost: a\r\n\r\n")).Head.Status);
        Assert.Equal("CN=appliance", shown);
    }

    [Fact]
    public async Task APlainServerBehindTlsIsAFailedConnect()
    {
        using Upstream server = new Upstream().Serve(async peer => await peer.SendAsync("HTTP/1.1 400 Bad Request\r\n\r\n"));
        await using ProxyRig rig = Rig(new UpstreamTlsSettings(), server.Address);
        Assert.Equal(502, (await rig.AskAsync("GET / HTTP/1.1\r\nHost: a\r\n\r\n")).Head.Status);
        Assert.Equal(0, TlsSession.Live);
    }

    [Fact]
    public async Task AServerThatNeverAnswersTheHandshakeIsGivenUpWithTheConnectLimit()
    {
        using Upstream server = new Upstream().Serve(peer => peer.ReadToEndAsync());
        ProxySettings settings = ProxyRig.HttpSettings(new TimeoutSettings { Connect = TimeSpan.FromMilliseconds(200) }, server.Address);
        await using var rig = new ProxyRig(settings with { Upstreams = TlsRigs.SecurePool(new UpstreamTlsSettings(), server.Address) });
        Assert.Equal(504, (await rig.AskAsync("GET / HTTP/1.1\r\nHost: a\r\n\r\n")).Head.Status);
    }

    [Theory]
    [InlineData(TlsVersion.Tls12)]
    [InlineData(TlsVersion.Tls13)]
    public async Task TheNextConnectionResumesTheLastSessionAndKeptOnesAreReused(TlsVersion version)
    {
        using Upstream server = new Upstream().ServeAnswer(TlsRigs.Answer);
        TlsSettings tls = TlsRigs.With(_authority.Issue("127.0.0.1")) with { MinimumVersion = version };
        // Ours on both sides: the second data plane is the first one's server, and counts what was resumed.
        await using var second = new ProxyRig(TlsRigs.Settings(tls, server.Address));
        await using ProxyRig first = Rig(new UpstreamTlsSettings { CaFile = _authority.RootFile, MinimumVersion = version }, second.Address);
        for (int i = 0; i < 3; i++) Assert.Equal(200, (await first.AskAsync("GET / HTTP/1.1\r\nHost: a\r\n\r\n")).Head.Status);
        Assert.Equal((1, 0), (second.Listener.TlsHandshakes, second.Listener.TlsResumed));

        // Two at once need a second connection.
        RawPeer[] clients = [await first.ConnectAsync(), await first.ConnectAsync()];
        foreach (RawPeer client in clients) await client.SendAsync("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\n");
        await Deadline.Until(() => second.Listener.TlsHandshakes == 2, "a second connection");
        foreach (RawPeer client in clients)
        {
            await client.SendAsync("hello");
            Assert.Equal(200, (await client.ReadAnswerAsync()).Head.Status);
        }

        Assert.Equal(1, second.Listener.TlsResumed);
    }

    [Theory]
    [InlineData(TlsVersion.Tls12)]
    [InlineData(TlsVersion.Tls13)]
    public async Task AClosedConnectionsSessionIsResumed(TlsVersion version)
    {
        using Upstream server = new Upstream().ServeAnswer(TlsRigs.Answer);
        TlsSettings tls = TlsRigs.With(_authority.Issue("127.0.0.1")) with { MinimumVersion = version };
        await using var second = new ProxyRig(TlsRigs.Settings(tls, server.Address));
        // From now on it answers with `Connection: close`.
        second.Server.SetDraining(true);
        await using ProxyRig first = Rig(new UpstreamTlsSettings { CaFile = _authority.RootFile }, second.Address);
        for (int i = 0; i < 4; i++) Assert.Equal(200, (await first.AskAsync("GET / HTTP/1.1\r\nHost: a\r\n\r\n")).Head.Status);
        Assert.Equal((4, 3), (second.Listener.TlsHandshakes, second.Listener.TlsResumed));
    }

    [Fact]
    public async Task AfterAReloadToTlsNothingIsSentInTheClear()
    {
        using Upstream server = new Upstream().ServeAnswer(TlsRigs.Answer);
        ProxySettings plain = ProxyRig.HttpSettings(new TimeoutSettings(), server.Address);
        await using var rig = new ProxyRig(plain);
        Assert.Equal(200, (await rig.AskAsync("GET / HTTP/1.1\r\nHost: a\r\n\r\n")).Head.Status);
        rig.Server.Apply(plain with { Upstreams = TlsRigs.SecurePool(new UpstreamTlsSettings(), server.Address) });
        await rig.OnLoopAsync(() => 0);
        // The kept connection would do, and so would a new one in the clear.
        Task<(HttpText Head, string Body)> asking = rig.AskAsync("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
        await Deadline.Until(() => server.Count == 2, "a connection of its own");
        server.Dispose();
        Assert.Equal(502, (await asking).Head.Status);
    }

    private static ProxyRig Rig(UpstreamTlsSettings tls, IPEndPoint server) =>
        new(ProxyRig.HttpSettings(new TimeoutSettings(), server) with { Upstreams = TlsRigs.SecurePool(tls, server) });
}
