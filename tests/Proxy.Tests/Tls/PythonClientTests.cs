using System.Globalization;
using Appliance.Proxy.Configuration;
using Proxy.Tests.Support;

namespace Proxy.Tests.Tls;

/// <summary>
/// Bulk both ways at once through the whole data plane, with an independent client. APPLIANCE_TLS_BULK_BYTES in the environment makes it larger,
/// for a run by hand.
/// </summary>
public sealed class PythonClientTests : IDisposable
{
    private static readonly long Bytes =
        long.Parse(Environment.GetEnvironmentVariable("APPLIANCE_TLS_BULK_BYTES") ?? "30000000", CultureInfo.InvariantCulture);

    private readonly TestAuthority _authority = new();

    public void Dispose() => _authority.Dispose();

    [Theory]
    [InlineData("tls1.2", 1)]
    [InlineData("tls1.3", 2)]
    public async Task EverythingComesBackInOrder(string version, int seed)
    {
        using var upstream = new Upstream();
        upstream.Serve(async peer =>
        {
            byte[] buffer = new byte[50_000];
            int count;
            while ((count = await peer.Socket.ReceiveAsync(buffer)) > 0) await peer.Socket.SendAsync(buffer.AsMemory(0, count));
            peer.FinishSending();
        });
        await using var rig = new ProxyRig(TlsRigs.Settings(TlsRigs.With(_authority.Issue("a.example")), ListenerProtocol.Tcp, upstream.Address));
        string script = Path.Combine(AppContext.BaseDirectory, "Tls", "bulk_client.py");
        string printed = await Openssl.RunAsync(
            TimeSpan.FromSeconds(60 + Bytes / 2_000_000), "python3", "", script, $"{rig.Address.Port}", $"{Bytes}", $"{seed}", version);
        Assert.Equal($"{Bytes} bytes came back\n", printed);
    }
}
