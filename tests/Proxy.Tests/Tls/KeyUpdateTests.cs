using System.Diagnostics;
using System.Net;
using Appliance.Proxy.Configuration;
using Proxy.Tests.Support;

namespace Proxy.Tests.Tls;

/// <summary>Records that carry no data for us: new keys, as OpenSSL's own server sends them on order. A late session ticket is another.</summary>
public sealed class KeyUpdateTests : IDisposable
{
    private readonly TestAuthority _authority = new();

    public void Dispose() => _authority.Dispose();

    [Fact]
    public async Task ARecordWithoutDataOnAParkedConnectionLeavesItToTheNextRequest()
    {
        CertificateSettings files = _authority.Issue("127.0.0.1");
        IPEndPoint address = Upstream.Nobody();
        var start = new ProcessStartInfo(
            "stdbuf", ["-o0", "openssl", "s_server", "-accept", address.ToString(), "-cert", files.CertificateFile, "-key", files.KeyFile, "-tls1_3", "-crlf"])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using Process server = Process.Start(start)!;
        try
        {
            await ReadLineAsync(server, "ACCEPT");
            ProxySettings settings = ProxyRig.HttpSettings(new TimeoutSettings(), address);
            await using var rig = new ProxyRig(settings with { Upstreams = TlsRigs.SecurePool(new UpstreamTlsSettings { CaFile = _authority.RootFile }, address) });
            for (int i = 0; i < 2; i++)
            {
                await AskAsync(rig, server);
                await SayAsync(server, "k\n");
                await ReadLineAsync(server, "SSL_do_handshake -> 1");
                // It was delivered within the sender's call; the loop looks at it in its next turn at the latest.
                for (int turn = 0; turn < 3; turn++) await rig.OnLoopAsync(() => 0);
                Assert.Equal(1, rig.Upstream.IdleConnections);
            }

            // What nobody has asked for is news.
            await SayAsync(server, "unasked\n");
            await Deadline.Until(() => rig.Upstream.IdleConnections == 0, "the connection is given up");
        }
        finally
        {
            server.Kill();
        }
    }

    /// <summary>One request and its answer; the connection is parked then.</summary>
    private static async Task AskAsync(ProxyRig rig, Process server)
    {
        RawPeer client = await rig.ConnectAsync();
        await client.SendAsync("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
        await ReadLineAsync(server, "Host: a");
        await SayAsync(server, "HTTP/1.1 200 OK\nContent-Length: 0\n\n");
        Assert.Equal(200, (await client.ReadAnswerAsync()).Head.Status);
        await Deadline.Until(() => rig.Upstream.IdleConnections == 1, "the connection is parked");
    }

    /// <summary>What the server reads in one piece is one order, or else data.</summary>
    private static async Task SayAsync(Process server, string text)
    {
        await server.StandardInput.WriteAsync(text);
        await server.StandardInput.FlushAsync();
    }

    private static async Task ReadLineAsync(Process server, string expected)
    {
        while (true)
        {
            string? line = await server.StandardOutput.ReadLineAsync(Deadline.Token);
            Assert.NotNull(line);
            if (line.Contains(expected, StringComparison.Ordinal)) return;
        }
    }
}
