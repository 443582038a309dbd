using Appliance.Proxy.Configuration;
using Appliance.Proxy.Tls;
using Proxy.Tests.Support;

namespace Proxy.Tests.Tls;

/// <summary>What is wrong with the files is said by name before anything changes; new files serve new connections.</summary>
public sealed class CertificateFileTests : IDisposable
{
    private readonly TestAuthority _authority = new();
    private readonly Upstream _upstream = new Upstream().ServeAnswer(TlsRigs.Answer);

    public void Dispose()
    {
        _upstream.Dispose();
        _authority.Dispose();
    }

    [Theory]
    [InlineData("missing", "no such file")]
    [InlineData("folder", "cannot be read")]
    [InlineData("no certificate", "holds no certificate in PEM")]
    [InlineData("not a certificate", "not a certificate")]
    [InlineData("missing key", "no such file")]
    [InlineData("no key", "holds no private key in PEM")]
    [InlineData("encrypted key", "the private key is encrypted")]
    [InlineData("other key", "not usable with ")]
    [InlineData("missing staple", "no such file")]
    [InlineData("missing authority", "no such file")]
    [InlineData("ciphers", "ciphers 'NOT-A-CIPHER': no cipher match")]
    public async Task AMistakeIsNamedAndNothingChanges(string mistake, string reason)
    {
        CertificateSettings good = _authority.Issue("a.example");
        ProxySettings settings = TlsRigs.Settings(TlsRigs.With(good), _upstream.Address);
        await using var rig = new ProxyRig(settings);
        TlsSettings bad = Mistaken(mistake, TlsRigs.With(_authority.Issue("b.example")), out string named);
        ProxySettings wrong = settings with { Listeners = [settings.Listeners[0] with { Tls = bad }] };
        TlsException error = Assert.Throws<TlsException>(() => rig.Server.Apply(wrong));
        Assert.Contains(named, error.Message, StringComparison.Ordinal);
        Assert.Contains(reason, error.Message, StringComparison.Ordinal);
        using TlsPeer client = await TlsPeer.ConnectAsync(rig.Address, TlsPeer.Options("a.example", _authority));
        Assert.Equal("a.example", client.ServerName);
    }

    [Fact]
    public async Task AReloadReadsTheFilesAgainAndKeepsTheOldConnections()
    {
        CertificateSettings files = _authority.Issue("a.example");
        ProxySettings settings = TlsRigs.Settings(TlsRigs.With(files), _upstream.Address);
        await using var rig = new ProxyRig(settings);
        DateTimeOffset expiry = new(DateTime.UtcNow.Date.AddDays(55), TimeSpan.Zero);
        using TlsPeer old = await TlsPeer.ConnectAsync(rig.Address, TlsPeer.Options("a.example", _authority));
        _authority.Renew(files, expiry, "renewed.example", "a.example");
        rig.Server.Apply(settings);
        await rig.OnLoopAsync(() => 0);
        using TlsPeer fresh = await TlsPeer.ConnectAsync(rig.Address, TlsPeer.Options("a.example", _authority));
        Assert.Equal(("a.example", "renewed.example"), (old.ServerName, fresh.ServerName));
        foreach (TlsPeer client in new[] { old, fresh })
        {
            await client.SendAsync("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
            await client.ReadUntilAsync("ok");
        }

        CertificateStatus status = Assert.Single(rig.Listener.Certificates);
        Assert.Equal(new CertificateStatus("renewed.example", files.CertificateFile, expiry), status);
    }

    [Fact]
    public async Task AnExpiredCertificateIsServedAndTold()
    {
        CertificateSettings expired = _authority.Issue("ec", DateTimeOffset.UtcNow.AddDays(-1), "old.example");
        await using var rig = new ProxyRig(TlsRigs.Settings(TlsRigs.With(expired), _upstream.Address));
        string printed = await Openssl.AskAsync(rig.Address, "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", "-ign_eof");
        Assert.Contains("HTTP/1.1 200", printed, StringComparison.Ordinal);
        Assert.True(Assert.Single(rig.Listener.Certificates).NotAfter < DateTimeOffset.UtcNow);
        string warning = Assert.Single(CertificateCheck.Look("web", TlsRigs.With(expired), TimeProvider.System));
        Assert.StartsWith($"{expired.CertificateFile}: the certificate expired on ", warning, StringComparison.Ordinal);
        Assert.Empty(CertificateCheck.Look("web", TlsRigs.With(_authority.Issue("b.example")), TimeProvider.System));
    }

    [Fact]
    public async Task AStapleIsSentToWhoAsksForIt()
    {
        // What is in it is the client's to judge; here it only has to arrive.
        byte[] staple = [0x30, 0x03, 0x0a, 0x01, 0x06];
        await File.WriteAllBytesAsync(_authority.PathOf("staple.der"), staple);
        CertificateSettings files = _authority.Issue("a.example") with { OcspFile = _authority.PathOf("staple.der") };
        await using var rig = new ProxyRig(TlsRigs.Settings(TlsRigs.With(_authority.Issue("b.example"), files), _upstream.Address));
        const string Request = "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
        string printed = await Openssl.AskAsync(rig.Address, Request, "-ign_eof", "-status", "-servername", "a.example");
        Assert.Contains("OCSP Response Status: unauthorized", printed, StringComparison.Ordinal);
        printed = await Openssl.AskAsync(rig.Address, Request, "-ign_eof", "-status", "-servername", "b.example");
        Assert.Contains("OCSP response: no response sent", printed, StringComparison.Ordinal);
    }

    [Fact]
    public void AMissingLibraryIsOneClearError()
    {
        TlsException error = Assert.Throws<TlsException>(() => TlsLibrary.Require("libssl-that-is-not-there.so.3"));
        Assert.Contains("libssl-that-is-not-there.so.3", error.Message, StringComparison.Ordinal);
        Assert.Contains("libssl3", error.Message, StringComparison.Ordinal);
        TlsLibrary.Require();
    }

    private TlsSettings Mistaken(string mistake, TlsSettings tls, out string named)
    {
        CertificateSettings good = tls.Certificates[0];
        string Write(string name, string text)
        {
            File.WriteAllText(_authority.PathOf(name), text);
            return _authority.PathOf(name);
        }

        string absent = _authority.PathOf("absent.pem");
        CertificateSettings bad = mistake switch
        {
            "missing" => good with { CertificateFile = absent },
            "folder" => good with { CertificateFile = Path.GetDirectoryName(absent)! },
            "no certificate" => good with { CertificateFile = good.KeyFile },
            "not a certificate" => good with { CertificateFile = Write("odd.pem", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n") },
            "missing key" => good with { KeyFile = absent },
            "no key" => good with { KeyFile = good.CertificateFile },
            "encrypted key" => good with { KeyFile = Write("locked.key", "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n") },
            "other key" => good with { KeyFile = _authority.Issue("c.example").KeyFile },
            "missing staple" => good with { OcspFile = absent },
            _ => good,
        };
        named = mistake switch
        {
            "missing authority" => absent,
            "ciphers" => "web",
            _ => bad.OcspFile ?? (mistake.Contains("key", StringComparison.Ordinal) ? bad.KeyFile : bad.CertificateFile),
        };
        return tls with
        {
            Certificates = [bad],
            ClientCaFile = mistake == "missing authority" ? absent : null,
            Ciphers = mistake == "ciphers" ? "NOT-A-CIPHER" : null,
        };
    }
}
