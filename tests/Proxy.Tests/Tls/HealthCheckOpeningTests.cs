using System.Net;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Appliance.Proxy.Configuration;
using Proxy.Tests.Support;

namespace Proxy.Tests.Tls;

/// <summary>Checks speak to a server as its traffic does: the PROXY protocol header first, then TLS, then the request.</summary>
public sealed class HealthCheckOpeningTests : IDisposable
{
    private static readonly HealthCheckSettings Check = new() { Path = "/health", Interval = TimeSpan.FromMinutes(1), Timeout = TimeSpan.FromSeconds(5) };
    private static readonly byte[] Local = [.. "\r\n\r\n\0\r\nQUIT\n"u8, 0x20, 0, 0, 0];

    private readonly TestAuthority _authority = new();

    public void Dispose() => _authority.Dispose();

    [Theory]
    [InlineData("/health", "127.0.0.1", null)]
    [InlineData(null, "127.0.0.1", null)]
    [InlineData("/health", "127.0.0.2", "the TLS handshake failed: IP address mismatch")]
    [InlineData(null, "127.0.0.2", "the TLS handshake failed: IP address mismatch")]
    public async Task AServerBehindTlsMustProveItsName(string? path, string certified, string? reason)
    {
        using X509Certificate2 certificate = _authority.IssueForClient(certified);
        using var server = new TlsUpstream(certificate, TlsUpstream.Answering(TlsRigs.Answer));
        await using ProxyRig rig = Rig(server.Address, Check with { Path = path }, Trusting());
        await ExpectAsync(rig, reason);
    }

    [Fact]
    public async Task APlainServerIsDownAlthoughItAccepts()
    {
        using Upstream server = new Upstream().Serve(peer => peer.SendAsync("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"));
        await using ProxyRig rig = Rig(server.Address, Check, Trusting());
        await Deadline.Until(() => rig.Upstream.Health == "down", "the check fails");
        Assert.StartsWith("the TLS handshake failed: ", rig.Upstream.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AHandshakeThatNeverEndsFailsWithTheTimeOfTheCheck()
    {
        using Upstream server = new Upstream().Serve(peer => peer.ReadToEndAsync());
        await using ProxyRig rig = Rig(server.Address, Check with { Timeout = TimeSpan.FromMilliseconds(200) }, Trusting());
        await ExpectAsync(rig, "the TLS handshake took too long");
    }

    [Theory]
    [InlineData("app.example", null)]
    [InlineData("other.example", "the TLS handshake failed: hostname mismatch")]
    public async Task ANamedServerMustProveItsName(string certified, string? reason)
    {
        using var dns = new DnsServer { Addresses = ["127.0.0.1"] };
        using X509Certificate2 certificate = _authority.IssueForClient(certified);
        using var server = new TlsUpstream(certificate, TlsUpstream.Answering(TlsRigs.Answer));
        UpstreamSettings pool = new()
        {
            Name = "app",
            Servers = [new ServerSettings(new DnsEndPoint("app.example", server.Address.Port))],
            Tls = Trusting(),
            HealthCheck = Check,
        };
        await using var rig = new ProxyRig(
            ProxyRig.HttpSettings(new TimeoutSettings(), server.Address) with { Upstreams = [pool] }, resolver: dns.Resolver);
        await ExpectAsync(rig, reason);
    }

    [Theory]
    [InlineData(ProxyProtocolVersion.V1, true)]
    [InlineData(ProxyProtocolVersion.V2, true)]
    [InlineData(ProxyProtocolVersion.V1, false)]
    [InlineData(ProxyProtocolVersion.V2, false)]
    public async Task TheHeaderOfAConnectionOfOurOwnComesFirst(ProxyProtocolVersion version, bool tls)
    {
        byte[] header = version == ProxyProtocolVersion.V1 ? Encoding.ASCII.GetBytes("PROXY UNKNOWN\r\n") : Local;
        using var server = new Upstream();
        await using ProxyRig rig = Rig(server.Address, Check, tls ? Trusting() : null, version);
        using RawPeer peer = await server.AcceptAsync();
        Assert.Equal(header, await peer.ReadBytesAsync(header.Length));
        const byte HandshakeRecord = 22;
        if (tls) Assert.Equal(HandshakeRecord, (await peer.ReadBytesAsync(1))[0]);
        else Assert.Equal("GET /health HTTP/1.1", (await peer.ReadHeadAsync()).StartLine);
    }

    [Fact]
    public async Task WithoutAPathTheHeaderIsSentAllTheSame()
    {
        using var server = new Upstream();
        await using ProxyRig rig = Rig(server.Address, Check with { Path = null }, null, ProxyProtocolVersion.V1);
        using RawPeer peer = await server.AcceptAsync();
        Assert.Equal("PROXY UNKNOWN\r\n", await peer.ReadToEndAsync());
        await ExpectAsync(rig, null);
    }

    private UpstreamTlsSettings Trusting() => new() { CaFile = _authority.RootFile };

    private static ProxyRig Rig(IPEndPoint server, HealthCheckSettings check, UpstreamTlsSettings? tls, ProxyProtocolVersion? version = null) =>
        new(ProxyRig.HttpSettings(new TimeoutSettings(), server) with
        {
            Upstreams = [ProxyRig.Pool(server) with { HealthCheck = check, Tls = tls, ProxyProtocol = version }],
        });

    private static async Task ExpectAsync(ProxyRig rig, string? reason)
    {
        await Deadline.Until(() => rig.Upstream.Health is "up" or "down", "the first check is over");
        Assert.Equal((reason is null ? "up" : "down", reason), (rig.Upstream.Health, rig.Upstream.Reason));
    }
}
