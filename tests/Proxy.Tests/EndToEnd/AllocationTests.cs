using System.Diagnostics;
using System.Reflection;
using System.Text;
using Appliance.Proxy;
using Proxy.Tests.Support;
using Proxy.Tests.Tls;

namespace Proxy.Tests.EndToEnd;

/// <summary>The enforced budget: in steady state the loop's thread allocates nothing (dataplane.md section 2.7).</summary>
public sealed class AllocationTests
{
    private const int Requests = 2000;

    [Theory]
    [InlineData("GET /path?q=1 HTTP/1.1\r\nHost: example.com\r\nUser-Agent: test\r\nAccept: */*\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")]
    [InlineData("GET /%61/../b HTTP/1.1\r\nHost: example.com:80\r\nCookie: a=b\r\n\r\n", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n")]
    [InlineData("POST / HTTP/1.1\r\nHost: example.com\r\nContent-Length: 5\r\n\r\nhello", "HTTP/1.1 204 No Content\r\n\r\n")]
    public async Task RequestsOverKeptConnectionsAllocateNothing(string request, string answer)
    {
        using var upstream = new Upstream();
        int bodyBytes = request.Length - request.IndexOf("\r\n\r\n", StringComparison.Ordinal) - 4;
        upstream.Serve(async peer =>
        {
            while (true)
            {
                await peer.ReadHeadAsync();
                await peer.ReadTextAsync(bodyBytes);
                await peer.SendAsync(answer);
            }
        });
        await using ProxyRig rig = ProxyRig.Http(upstream.Address);
        RawPeer client = await rig.ConnectAsync();
        byte[] bytes = Encoding.Latin1.GetBytes(request);
        await AskAsync(client, bytes, answer.Contains("chunked", StringComparison.Ordinal), Requests);
        long before = await rig.OnLoopAsync(GC.GetAllocatedBytesForCurrentThread);
        long own = await rig.OnLoopAsync(GC.GetAllocatedBytesForCurrentThread) - before;
        before = await rig.OnLoopAsync(GC.GetAllocatedBytesForCurrentThread);
        await AskAsync(client, bytes, answer.Contains("chunked", StringComparison.Ordinal), Requests);
        long allocated = await rig.OnLoopAsync(GC.GetAllocatedBytesForCurrentThread) - before - own;
        // One object per request would be 24 * 2000 at least; what is left is the measuring itself. Unoptimised builds make every async
        // state machine an object, so that there only its number is bounded.
        bool optimised = typeof(ProxyServer).Assembly.GetCustomAttribute<DebuggableAttribute>() is not { IsJITOptimizerDisabled: true };
        Assert.InRange(allocated, -256, optimised ? 256 : 2048 * Requests);
    }

    [Theory]
    [InlineData("GET / HTTP/1.1\r\nHost: a\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")]
    [InlineData("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")]
    public async Task RequestsOverTlsAllocateNothing(string request, string answer)
    {
        using var authority = new TestAuthority();
        using var upstream = new Upstream();
        int bodyBytes = request.Length - request.IndexOf("\r\n\r\n", StringComparison.Ordinal) - 4;
        upstream.Serve(async peer =>
        {
            while (true)
            {
                await peer.ReadHeadAsync();
                await peer.ReadTextAsync(bodyBytes);
                await peer.SendAsync(answer);
            }
        });
        await using var rig = new ProxyRig(TlsRigs.Settings(TlsRigs.With(authority.Issue("a.example")), upstream.Address));
        using TlsPeer client = await TlsPeer.ConnectAsync(rig.Address, TlsPeer.Options("a.example", authority));
        async Task AskManyAsync()
        {
            for (int i = 0; i < Requests; i++)
            {
                await client.SendAsync(request);
                await client.ReadUntilAsync("ok");
            }
        }

        await AskManyAsync();
        long before = await rig.OnLoopAsync(GC.GetAllocatedBytesForCurrentThread);
        long own = await rig.OnLoopAsync(GC.GetAllocatedBytesForCurrentThread) - before;
        before = await rig.OnLoopAsync(GC.GetAllocatedBytesForCurrentThread);
        await AskManyAsync();
        long allocated = await rig.OnLoopAsync(GC.GetAllocatedBytesForCurrentThread) - before - own;
        bool optimised = typeof(ProxyServer).Assembly.GetCustomAttribute<DebuggableAttribute>() is not { IsJITOptimizerDisabled: true };
        Assert.InRange(allocated, -256, optimised ? 256 : 2048 * Requests);
    }

    private static async Task AskAsync(RawPeer client, byte[] request, bool chunked, int times)
    {
        for (int i = 0; i < times; i++)
        {
            await client.SendAsync(request);
            if (chunked)
            {
                await client.ReadHeadAsync();
                await client.ReadChunkedAsync();
            }
            else
            {
                await client.ReadAnswerAsync();
            }
        }
    }
}
