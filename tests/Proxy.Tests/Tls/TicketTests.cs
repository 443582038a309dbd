using System.Net;
using Appliance.Proxy.Configuration;
using Appliance.Proxy.Tls;
using Proxy.Tests.Support;
using TestSupport;

namespace Proxy.Tests.Tls;

/// <summary>Sessions are resumed by whoever has the cluster's key, and by nobody else.</summary>
public sealed class TicketTests : IDisposable
{
    private const string Request = "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";

    private readonly TestAuthority _authority = new();
    private readonly Upstream _upstream = new Upstream().ServeAnswer(TlsRigs.Answer);

    public void Dispose()
    {
        _upstream.Dispose();
        _authority.Dispose();
    }

    [Theory]
    [InlineData("-tls1_2", "one", "one", true)]
    [InlineData("-tls1_3", "one", "one", true)]
    [InlineData("-tls1_2", "one", "two", false)]
    [InlineData("-tls1_3", "one", "two", false)]
    [InlineData("-tls1_3", "one", "two one", true)]
    public async Task ATicketIsGoodAtThePeerOfTheSameSecret(string version, string first, string second, bool resumed)
    {
        TlsSettings tls = TlsRigs.With(_authority.Issue("a.example"));
        ProxySettings settings = TlsRigs.Settings(tls, _upstream.Address);
        await using (var rig = new ProxyRig(settings.WithKeys(first.Split(' '))))
        {
            Assert.Contains("New, TLSv1", await SaveAsync(rig.Address, version), StringComparison.Ordinal);
        }

        await using var peer = new ProxyRig(settings.WithKeys(second.Split(' ')));
        string printed = await ResumeAsync(peer.Address, version);
        Assert.Contains("200 OK", printed, StringComparison.Ordinal);
        Assert.Contains(resumed ? "Reused, TLSv1" : "New, TLSv1", printed, StringComparison.Ordinal);
        Assert.Equal(resumed ? 1 : 0, peer.Listener.TlsResumed);
    }

    [Fact]
    public async Task WithoutASecretATicketSurvivesAReloadAndARenewedCertificate()
    {
        CertificateSettings files = _authority.Issue("a.example");
        ProxySettings settings = TlsRigs.Settings(TlsRigs.With(files), _upstream.Address);
        await using var rig = new ProxyRig(settings);
        await SaveAsync(rig.Address, "-tls1_3");
        _authority.Renew(files, DateTimeOffset.UtcNow.AddDays(80), "a.example");
        rig.Server.Apply(settings);
        Assert.Contains("Reused, TLSv1.3", await ResumeAsync(rig.Address, "-tls1_3"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("-tls1_2")]
    [InlineData("-tls1_3")]
    public async Task NoTicketsMeansNone(string version)
    {
        TlsSettings tls = TlsRigs.With(_authority.Issue("a.example")) with { SessionTickets = false };
        await using var rig = new ProxyRig(TlsRigs.Settings(tls, _upstream.Address));
        string printed = await Openssl.AskAsync(rig.Address, Request, version, "-ign_eof", "-sess_out", _authority.PathOf("session"), "-msg");
        Assert.DoesNotContain("NewSessionTicket", printed, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("-tls1_2")]
    [InlineData("-tls1_3")]
    public async Task ATicketOfOneAuthorityIsNotGoodWhereAnotherIsAskedFor(string version)
    {
        using var others = new TestAuthority("others");
        CertificateSettings server = _authority.Issue("a.example"), client = _authority.Issue("client");
        ProxySettings ours = TlsRigs.Settings(TlsRigs.With(server) with { ClientCaFile = _authority.RootFile }, _upstream.Address).WithKeys("one");
        string[] certificate = ["-cert", client.CertificateFile, "-key", client.KeyFile];
        await using (var rig = new ProxyRig(ours))
        {
            Assert.Contains("200 OK", await SaveAsync(rig.Address, version, certificate), StringComparison.Ordinal);
        }

        await using (var same = new ProxyRig(ours))
        {
            Assert.Contains("Reused, TLSv1", await ResumeAsync(same.Address, version), StringComparison.Ordinal);
        }

        ProxySettings theirs = TlsRigs.Settings(TlsRigs.With(server) with { ClientCaFile = others.RootFile }, _upstream.Address).WithKeys("one");
        await using var strange = new ProxyRig(theirs);
        string refused = await ResumeAsync(strange.Address, version, certificate);
        Assert.DoesNotContain("200 OK", refused, StringComparison.Ordinal);
        Assert.Equal((0, 1), (strange.Listener.TlsHandshakes, strange.Listener.TlsFailures));
    }

    [Fact]
    public void KeysFollowFromSecretAndPeriodAndNeighboursAreAccepted()
    {
        var time = new VirtualClock();
        SharedKey shared = new(1, "a secret of the cluster"u8.ToArray());
        var keys = new TicketKeys([shared], time);
        var peer = new TicketKeys([new SharedKey(2, "another secret of the cluster"u8.ToArray()), shared], time);
        byte[] name = keys.Current.Name;
        Assert.NotEqual(name, peer.Current.Name);
        Assert.Equal(keys.Current.CipherKey, peer.Find(name, out bool renew)!.CipherKey);
        Assert.True(renew);
        Assert.Same(keys.Current, keys.Find(name, out renew));
        Assert.False(renew);

        time.StepWallClock(TimeSpan.FromSeconds(TicketKeys.PeriodSeconds));
        Assert.NotEqual(name, keys.Current.Name);
        Assert.NotNull(keys.Find(name, out renew));
        Assert.True(renew);
        var restarted = new TicketKeys([shared], time);
        Assert.Equal(keys.Current.MacKey, restarted.Current.MacKey);

        // A node whose clock is behind opens what one ahead of it has made.
        byte[] later = keys.Current.Name;
        time.StepWallClock(TimeSpan.FromSeconds(TicketKeys.PeriodSeconds));
        Assert.Null(keys.Find(name, out _));
        Assert.NotNull(keys.Find(later, out _));
        Assert.Null(new TicketKeys([], time).Find(later, out _));
    }

    private Task<string> SaveAsync(IPEndPoint address, string version, params string[] more) =>
        Openssl.AskAsync(address, Request, ["-servername", "a.example", version, "-ign_eof", "-sess_out", _authority.PathOf("session"), .. more]);

    private Task<string> ResumeAsync(IPEndPoint address, string version, params string[] more) =>
        Openssl.AskAsync(address, Request, ["-servername", "a.example", version, "-ign_eof", "-sess_in", _authority.PathOf("session"), .. more]);
}
