using System.Buffers;
using System.Net.Sockets;
using System.Text;
using Appliance.Proxy;
using Appliance.Proxy.Configuration;
using Proxy.Tests.Support;
using TestSupport;

namespace Proxy.Tests.EndToEnd;

/// <summary>Requests answered in the process, at once or later from another thread.</summary>
public sealed class LocalListenerTests
{
    [Fact]
    public async Task AHandlerSeesTheRequestAndItsAnswerIsSent()
    {
        string seen = "";
        await using ProxyRig rig = ProxyRig.Local(exchange =>
        {
            exchange.TryGetHeader("x-key"u8, out ReadOnlySpan<byte> key);
            seen = string.Join(" ", Text(exchange.Method), Text(exchange.Path), Text(exchange.Query), Text(exchange.Body), Text(key), exchange.Peer.ToIPAddress());
            exchange.Status = 202;
            exchange.ContentType = "application/json";
            exchange.AddHeaderLines("X-A: 1\r\nX-B: 2\r\n"u8);
            exchange.Output.Write("{}"u8);
            return ValueTask.CompletedTask;
        });
        (HttpText head, string body) = await rig.AskAsync("POST /a/../b?c=%20 HTTP/1.1\r\nHost: a\r\nX-Key: k\r\nContent-Length: 3\r\n\r\nxyz");
        Assert.Equal("POST /b c=%20 xyz k 127.0.0.1", seen);
        Assert.Equal((202, "{}", "application/json", "1", "2"), (head.Status, body, head["Content-Type"], head["X-A"], head["X-B"]));
    }

    [Fact]
    public async Task AnAnswerFromAnotherThreadIsSentAndTheConnectionGoesOn()
    {
        await using ProxyRig rig = ProxyRig.Local(async exchange =>
        {
            byte[] path = exchange.Path.ToArray();
            await Task.Run(() => { });
            exchange.Output.Write(path);
        });
        RawPeer client = await rig.ConnectAsync();
        await client.SendAsync(string.Concat(Enumerable.Range(0, 50).Select(i => $"GET /{i} HTTP/1.1\r\nHost: a\r\n\r\n")));
        for (int i = 0; i < 50; i++) Assert.Equal($"/{i}", (await client.ReadAnswerAsync()).Body);
    }

    [Fact]
    public async Task AClientThatGoesWhileTheHandlerWorksLeavesNothing()
    {
        var begun = new TaskCompletionSource();
        var goOn = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using ProxyRig rig = ProxyRig.Local(async exchange =>
        {
            begun.SetResult();
            await goOn.Task;
            exchange.Output.Write(new byte[100_000]);
        });
        RawPeer client = await rig.ConnectAsync();
        await client.SendAsync("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
        await begun.Task.In();
        client.Reset();
        goOn.SetResult();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task AHandlerThatFailsIsAnsweredWith500AndLogged(bool later)
    {
        await using ProxyRig rig = ProxyRig.Local(async exchange =>
        {
            exchange.Output.Write("secret"u8);
            if (later) await Task.Run(() => { });
            throw new InvalidOperationException("from the test");
        });
        RawPeer client = await rig.ConnectAsync();
        for (int i = 0; i < 2; i++)
        {
            await client.SendAsync("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
            Assert.Equal((500, "internal error\n"), await StatusAndBody(client));
        }

        await rig.Log.ExpectAsync(3006, "the failure is logged");
    }

    [Theory]
    [InlineData("Content-Length: 1048577\r\n\r\n", 413)]
    [InlineData("Content-Length: 99999999999\r\n\r\n", 413)]
    [InlineData("Transfer-Encoding: chunked\r\n\r\nz", 400)]
    [InlineData("Transfer-Encoding: gzip\r\n\r\n", 501)]
    public async Task BodiesThatAreTooLargeOrBrokenAreRefused(string rest, int status)
    {
        await using ProxyRig rig = ProxyRig.Local(_ => ValueTask.CompletedTask);
        Assert.Equal(status, (await rig.AskAsync("POST / HTTP/1.1\r\nHost: a\r\n" + rest)).Head.Status);
    }

    [Fact]
    public async Task AChunkedBodyBeyondTheLimitIsRefused()
    {
        await using ProxyRig rig = ProxyRig.Local(_ => ValueTask.CompletedTask);
        RawPeer client = await rig.ConnectAsync();
        await client.SendAsync("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n200000\r\n");
        try
        {
            await client.SendAsync(new byte[2 * 1024 * 1024]);
        }
        catch (SocketException error) when (error.SocketErrorCode is SocketError.ConnectionReset or SocketError.Shutdown)
        {
            // The refusal has closed the connection before everything was sent.
            Assert.True(rig.Listener.Requests[4] == 1);
            return;
        }

        Assert.Equal(413, (await client.ReadHeadAsync()).Status);
    }

    [Fact]
    public async Task AMebibyteInChunksIsAccepted()
    {
        int length = 0;
        await using ProxyRig rig = ProxyRig.Local(exchange =>
        {
            length = exchange.Body.Length;
            return ValueTask.CompletedTask;
        });
        RawPeer client = await rig.ConnectAsync();
        await client.SendAsync("POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nTransfer-Encoding: chunked\r\n\r\n");
        Assert.Equal(100, (await client.ReadHeadAsync()).Status);
        for (int i = 0; i < 16; i++)
        {
            await client.SendAsync("10000\r\n");
            await client.SendAsync(new byte[65536]);
            await client.SendAsync("\r\n");
        }

        await client.SendAsync("0\r\n\r\n");
        Assert.Equal(200, (await client.ReadAnswerAsync()).Head.Status);
        Assert.Equal(1024 * 1024, length);
    }

    [Fact]
    public async Task HeadGetsTheHeadOnly()
    {
        await using ProxyRig rig = ProxyRig.Local(exchange =>
        {
            exchange.Output.Write("hello"u8);
            return ValueTask.CompletedTask;
        });
        RawPeer client = await rig.ConnectAsync();
        await client.SendAsync("HEAD / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
        Assert.Equal("5", (await client.ReadHeadAsync())["Content-Length"]);
        await client.ExpectEndAsync();
    }

    [Fact]
    public async Task AUnixSocketIsServedAndItsFileGoesWithTheListener()
    {
        using var folder = new TemporaryFolder("proxy-control-");
        string path = folder.PathOf("control.sock");
        await File.WriteAllTextAsync(path, "a leftover");
        ProxySettings Settings() => new()
        {
            Listeners =
            [
                new ListenerSettings
                {
                    Name = "control",
                    Protocol = ListenerProtocol.Local,
                    Address = new UnixDomainSocketEndPoint(path),
                    Handler = new Echo(),
                },
            ],
        };
        await using (var rig = new ProxyRig(Settings()))
        {
            RawPeer client = await rig.ConnectAsync("control");
            await client.SendAsync("GET /status HTTP/1.1\r\nHost: a\r\n\r\n");
            Assert.Equal("/status", (await client.ReadAnswerAsync()).Body);
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.GroupWrite, File.GetUnixFileMode(path));
            using var second = new ProxyServer(1, null, new RecordingLog());
            Assert.Throws<ListenException>(() => second.Start(Settings()));
        }

        Assert.False(File.Exists(path));
    }

    [Fact]
    public async Task TheEndOfTheServerWhileAHandlerWorksIsHarmless()
    {
        var begun = new TaskCompletionSource();
        var goOn = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var finished = new TaskCompletionSource();
        ProxyRig rig = ProxyRig.Local(async exchange =>
        {
            begun.SetResult();
            await goOn.Task;
            exchange.Output.Write("late"u8);
            finished.SetResult();
        });
        RawPeer client = await rig.ConnectAsync();
        await client.SendAsync("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
        await begun.Task.In();
        rig.Server.Dispose();
        goOn.SetResult();
        await finished.Task.In();
        await client.ExpectClosedAsync();
        client.Dispose();
    }

    private static async Task<(int Status, string Body)> StatusAndBody(RawPeer client)
    {
        (HttpText head, string body) = await client.ReadAnswerAsync();
        return (head.Status, body);
    }

    private static string Text(ReadOnlySpan<byte> bytes) => Encoding.Latin1.GetString(bytes);

    private sealed class Echo : ILocalHandler
    {
        public ValueTask HandleAsync(LocalExchange exchange)
        {
            exchange.Output.Write(exchange.Path);
            return ValueTask.CompletedTask;
        }
    }
}
