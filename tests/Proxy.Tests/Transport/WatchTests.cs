using System.IO.Pipelines;
using Appliance.Proxy.Configuration;
using Appliance.Proxy.Transport;
using Proxy.Tests.Support;

namespace Proxy.Tests.Transport;

/// <summary>An accepted connection is put into the epoll set when it first waits, or a little later, and not at all when it needs no event.</summary>
public sealed class WatchTests
{
    private const string Ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

    [Fact]
    public async Task AConnectionThatTheKernelRefusesToWatchIsAborted()
    {
        await using var rig = new LoopRig();
        (Connection watched, _) = await rig.ConnectAsync();
        await rig.RunAsync(async () =>
        {
            // A descriptor that is in the set already is refused, as any is when there is no memory for a watch.
            var twin = new Connection(rig.Loop, watched.Descriptor, watched.Remote);
            twin.Attach();
            ReadResult read = await twin.Reader.ReadAsync();
            Assert.True(read.IsCompleted);
            Assert.Equal(ConnectionError.Unreachable, twin.Error);
            rig.Loop.Release(twin);
        });
    }

    [Fact]
    public async Task AClientThatGoesAwayWhileTheServerTakesItsTimeIsNoticed()
    {
        using var upstream = new Upstream();
        await using ProxyRig rig = ProxyRig.Http(new TimeoutSettings { Response = TimeSpan.FromHours(1) }, upstream.Address);
        RawPeer client = await rig.ConnectAsync();
        await client.SendAsync("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
        RawPeer server = await upstream.AcceptAsync();
        await server.ReadHeadAsync();
        client.Reset();
        await server.ExpectClosedAsync();
    }

    /// <summary>Its request is there at once, so that nothing on it ever waits for the kernel.</summary>
    [Fact]
    public async Task AClientThatHadSentItsRequestBeforeItWasAcceptedIsNoticedToo()
    {
        using var upstream = new Upstream();
        await using ProxyRig rig = ProxyRig.Http(new TimeoutSettings { Response = TimeSpan.FromHours(1) }, upstream.Address);
        using var sent = new ManualResetEventSlim();
        rig.Loop.Post(() => sent.Wait(Deadline.Limit));
        RawPeer client = await rig.ConnectAsync();
        await client.SendAsync("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
        sent.Set();
        RawPeer server = await upstream.AcceptAsync();
        await server.ReadHeadAsync();
        client.Reset();
        await server.ExpectClosedAsync();
    }

    /// <summary>One event tells of both: whoever waits for the server's answer is not asked by another.</summary>
    [Fact]
    public async Task AClientWhoseResetComesTogetherWithItsRequestIsNoticed()
    {
        using var upstream = new Upstream();
        await using ProxyRig rig = ProxyRig.Http(new TimeoutSettings { Response = TimeSpan.FromHours(1) }, upstream.Address);
        RawPeer client = await rig.ConnectAsync();
        rig.Settle();
        using var sent = new ManualResetEventSlim();
        rig.Loop.Post(() => sent.Wait(Deadline.Limit));
        await client.SendAsync("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
        client.Reset();
        sent.Set();
        await Deadline.Until(() => rig.Listener.ActiveConnections == 0, "the client is let go");
    }

    /// <summary>A parked connection on which nothing will ever come would cost the next request that may not be repeated.</summary>
    [Fact]
    public async Task AServerWhoseResetComesTogetherWithItsAnswerIsNotKept()
    {
        using var upstream = new Upstream();
        await using ProxyRig rig = ProxyRig.Http(upstream.Address);
        RawPeer client = await rig.ConnectAsync();
        await client.SendAsync("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
        RawPeer server = await upstream.AcceptAsync();
        await server.ReadHeadAsync();
        rig.Settle();
        using var sent = new ManualResetEventSlim();
        rig.Loop.Post(() => sent.Wait(Deadline.Limit));
        await server.SendAsync(Ok);
        server.Reset();
        sent.Set();
        Assert.Equal("ok", (await client.ReadAnswerAsync()).Body);
        Assert.Equal(0, rig.Upstream.IdleConnections);
    }

    [Fact]
    public async Task AConnectionThatWaitsBetweenRequestsIsWatched()
    {
        using var upstream = new Upstream().ServeAnswer(Ok);
        await using ProxyRig rig = ProxyRig.Http(upstream.Address);
        RawPeer client = await rig.ConnectAsync();
        for (int i = 0; i < 3; i++)
        {
            await client.SendAsync("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
            Assert.Equal("ok", (await client.ReadAnswerAsync()).Body);
        }
    }

    [Fact]
    public async Task AnAnswerThatFillsTheSocketGoesOnWhenThereIsRoom()
    {
        const int Size = 8 * 1024 * 1024;
        using var upstream = new Upstream().Serve(async peer =>
        {
            await peer.ReadHeadAsync();
            await peer.SendAsync($"HTTP/1.1 200 OK\r\nContent-Length: {Size}\r\n\r\n");
            await peer.SendAsync(new byte[Size]);
        });
        await using ProxyRig rig = ProxyRig.Http(upstream.Address);
        RawPeer client = await rig.ConnectAsync(receiveBuffer: 16 * 1024);
        await client.SendAsync("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
        await client.ReadHeadAsync();
        Assert.Equal(Size, (await client.ReadBytesAsync(Size)).Length);
        await client.ExpectEndAsync();
    }

    /// <summary>The last answer waits in the kernel for its FIN: it must not wait there when the connection stays open after all.</summary>
    [Theory]
    [InlineData("Connection: close\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")]
    [InlineData("Connection: close\r\n", "HTTP/1.1 204 No Content\r\n\r\n")]
    [InlineData("Connection: close\r\nTransfer-Encoding: what\r\n", null)]
    public async Task TheLastAnswerArrivesWholeAndAtOnce(string lines, string? answer)
    {
        using var upstream = new Upstream().ServeAnswer(answer ?? Ok);
        await using ProxyRig rig = ProxyRig.Http(upstream.Address);
        RawPeer client = await rig.ConnectAsync();
        await client.SendAsync($"GET / HTTP/1.1\r\nHost: a\r\n{lines}\r\n");
        string text = await client.ReadToEndAsync();
        Assert.StartsWith(answer is null ? "HTTP/1.1 501" : answer[..12], text, StringComparison.Ordinal);
        Assert.EndsWith(answer is null ? "\n" : answer[^2..], text, StringComparison.Ordinal);
    }
}
