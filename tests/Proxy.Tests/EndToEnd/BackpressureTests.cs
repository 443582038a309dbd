using Proxy.Tests.Support;

namespace Proxy.Tests.EndToEnd;

/// <summary>Whoever does not read holds whoever sends; what lies in between is bounded.</summary>
public sealed class BackpressureTests
{
    private const int Window = 64 * 1024;
    private const int Size = 64 * 1024 * 1024;

    [Fact]
    public async Task AClientThatDoesNotReadHoldsTheServer()
    {
        using var upstream = new Upstream();
        await using ProxyRig rig = ProxyRig.Http(upstream.Address);
        RawPeer client = await rig.ConnectAsync(receiveBuffer: Window);
        await client.SendAsync("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
        RawPeer server = await upstream.AcceptAsync();
        await server.ReadHeadAsync();
        await server.SendAsync($"HTTP/1.1 200 OK\r\nContent-Length: {Size}\r\n\r\n");
        await ExpectHeldAsync(rig, server);
    }

    [Fact]
    public async Task AServerThatDoesNotReadHoldsTheClient()
    {
        using var upstream = new Upstream(receiveBuffer: Window);
        await using ProxyRig rig = ProxyRig.Http(upstream.Address);
        RawPeer client = await rig.ConnectAsync();
        await client.SendAsync($"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: {Size}\r\n\r\n");
        RawPeer server = await upstream.AcceptAsync();
        await ExpectHeldAsync(rig, client);
        server.Dispose();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task TheRelayHoldsToo(bool clientSends)
    {
        using var upstream = new Upstream(receiveBuffer: Window);
        await using ProxyRig rig = ProxyRig.Tcp(upstream.Address);
        RawPeer client = await rig.ConnectAsync(receiveBuffer: Window);
        RawPeer server = await upstream.AcceptAsync();
        // What is spliced waits in the kernel.
        await ExpectHeldAsync(rig, clientSends ? client : server, least: 0);
        server.Dispose();
    }

    [Fact]
    public async Task PipelinedRequestsWaitInTheKernelNotInMemory()
    {
        using var upstream = new Upstream();
        await using ProxyRig rig = ProxyRig.Http(upstream.Address);
        RawPeer client = await rig.ConnectAsync();
        byte[] request = "GET / HTTP/1.1\r\nHost: a\r\n\r\n"u8.ToArray();
        byte[] many = [.. Enumerable.Repeat(request, 20_000).SelectMany(bytes => bytes)];
        await client.SendAsync(request);
        RawPeer server = await upstream.AcceptAsync();
        await server.ReadHeadAsync();
        Task sending = client.SendAsync(many);
        await Deadline.Until(() => sending.IsCompleted || rig.Loop.Turns > 0, "the client sends");
        Assert.InRange(await rig.OnLoopAsync(() => rig.Loop.Buffers.Rented), 0, 2);
        client.Reset();
        await Task.WhenAny(sending);
        await server.ExpectClosedAsync();
    }

    [Fact]
    public async Task SlowReadersGetEveryByteOfABigAnswer()
    {
        const int Bytes = 8_000_000;
        byte[] answer = new byte[Bytes];
        new Random(3).NextBytes(answer);
        using var upstream = new Upstream();
        upstream.Serve(async peer =>
        {
            await peer.ReadHeadAsync();
            await peer.SendAsync($"HTTP/1.1 200 OK\r\nContent-Length: {Bytes}\r\n\r\n");
            await peer.SendAsync(answer);
        });
        await using ProxyRig rig = ProxyRig.Http(upstream.Address);
        RawPeer client = await rig.ConnectAsync(receiveBuffer: 8 * 1024);
        await client.SendAsync("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
        await client.ReadHeadAsync();
        var random = new Random(5);
        for (int at = 0; at < Bytes;)
        {
            int take = Math.Min(Bytes - at, random.Next(1, 100_000));
            byte[] part = await client.ReadBytesAsync(take);
            Assert.True(answer.AsSpan(at, take).SequenceEqual(part), $"bytes differ after {at}");
            at += take;
        }
    }

    /// <summary>Sends until the sockets are full and stay full, and looks at the memory between.</summary>
    private static async Task ExpectHeldAsync(ProxyRig rig, RawPeer sender, int least = 1)
    {
        sender.Socket.SendBufferSize = Window;
        byte[] chunk = new byte[64 * 1024];
        int sent = 0;
        while (sent < Size)
        {
            Task<int> sending = sender.Socket.SendAsync(chunk, Deadline.Token).AsTask();
            if (await Task.WhenAny(sending, Task.Delay(500)) != sending) break;
            sent += await sending;
        }

        Assert.True(sent < Size / 2, $"{sent} bytes were taken though nobody read");
        long buffered = await rig.OnLoopAsync(() => rig.Loop.Buffers.AllocatedBytes);
        Assert.InRange(buffered, 0, 1024 * 1024);
        Assert.InRange(await rig.OnLoopAsync(() => rig.Loop.Buffers.Rented), least, 8);
        sender.Dispose();
    }
}
