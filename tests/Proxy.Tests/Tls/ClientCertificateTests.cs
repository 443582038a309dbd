using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Appliance.Proxy.Configuration;
using Proxy.Tests.Support;

namespace Proxy.Tests.Tls;

/// <summary>Who may come in when clients have to show a certificate.</summary>
public sealed class ClientCertificateTests : IDisposable
{
    private readonly TestAuthority _authority = new();
    private readonly TestAuthority _others = new("others");
    private readonly Upstream _upstream = new Upstream().ServeAnswer(TlsRigs.Answer);

    public void Dispose()
    {
        _upstream.Dispose();
        _others.Dispose();
        _authority.Dispose();
    }

    [Theory]
    [InlineData(SslProtocols.Tls12, true, "good", true)]
    [InlineData(SslProtocols.Tls13, true, "good", true)]
    [InlineData(SslProtocols.Tls12, true, "none", false)]
    [InlineData(SslProtocols.Tls13, true, "none", false)]
    [InlineData(SslProtocols.Tls12, true, "other", false)]
    [InlineData(SslProtocols.Tls13, true, "other", false)]
    [InlineData(SslProtocols.Tls13, false, "good", true)]
    [InlineData(SslProtocols.Tls13, false, "none", true)]
    [InlineData(SslProtocols.Tls13, false, "other", false)]
    public async Task OnlyThoseWithTheRightOneAreServed(SslProtocols version, bool required, string shown, bool served)
    {
        TlsSettings tls = TlsRigs.With(_authority.Issue("a.example")) with { ClientCaFile = _authority.RootFile, RequireClientCertificate = required };
        await using var rig = new ProxyRig(TlsRigs.Settings(tls, _upstream.Address));
        X509Certificate2? certificate = shown switch
        {
            "good" => _authority.IssueForClient("client"),
            "other" => _others.IssueForClient("client"),
            _ => null,
        };
        // With the root it is found whatever authorities the server names.
        var options = TlsPeer.Options("a.example", _authority, version);
        options.LocalCertificateSelectionCallback = (_, _, _, _, _) => certificate!;
        Exception? error = await Record.ExceptionAsync(async () =>
        {
            using TlsPeer client = await TlsPeer.ConnectAsync(rig.Address, options);
            await client.SendAsync("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
            await client.ReadUntilAsync("ok");
        });
        Assert.Equal(served, error is null);
        await Deadline.Until(() => rig.Listener.TlsHandshakes + rig.Listener.TlsFailures == 1, "counted");
        Assert.Equal(served ? 1 : 0, rig.Listener.TlsHandshakes);
        Assert.Equal(0, served ? 0 : _upstream.Count);
    }
}
