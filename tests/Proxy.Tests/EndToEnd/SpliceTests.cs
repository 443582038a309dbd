using System.Runtime.CompilerServices;
using Appliance.Proxy.Configuration;
using Appliance.Proxy.Layer4;
using Appliance.Proxy.Layer7;
using Appliance.Proxy.Transport;
using Proxy.Tests.Support;
using TestSupport;

namespace Proxy.Tests.EndToEnd;

/// <summary>Tunnels that move much: every byte arrives once and in order, every end is passed on, and nothing is left in any pipe.</summary>
public sealed class SpliceTests
{
    private const int Mebibyte = 1024 * 1024;

    [Theory]
    [InlineData(0, null)]
    [InlineData(3 * Mebibyte, 8192)]
    public async Task ManyBytesGoBothWaysAtOnceAndAreCounted(long pauseEvery, int? receiveBuffer)
    {
        const long Bytes = 200L * Mebibyte + 12_345;
        using var upstream = new Upstream();
        var rig = ProxyRig.Tcp(upstream.Address);
        string[] pipes;
        await using (rig)
        {
            RawPeer client = await rig.ConnectAsync(receiveBuffer: receiveBuffer);
            RawPeer server = await upstream.AcceptAsync();
            await Task.WhenAll(
                Bulk.SendAsync(client.Socket, Bytes, seed: 1),
                Bulk.SendAsync(server.Socket, Bytes / 2, seed: 2),
                Bulk.ReceiveAsync(server.Socket, Bytes),
                Bulk.ReceiveAsync(client.Socket, Bytes / 2, pauseEvery));
            client.FinishSending();
            await server.ExpectEndAsync();
            server.FinishSending();
            await client.ExpectEndAsync();
            await Deadline.Until(() => rig.Listener.ActiveConnections == 0, "the relay ends");
            Assert.Equal((Bytes, Bytes / 2), (rig.Listener.ReceivedBytes, rig.Listener.SentBytes));
            // Nearly all of it went through pipes, which are all back.
            Assert.InRange(await rig.OnLoopAsync(() => rig.Loop.Pipes.MovedBytes), Bytes, Bytes * 3 / 2);
            Assert.Equal(0, await rig.OnLoopAsync(() => rig.Loop.Pipes.Rented));
            pipes = await rig.OnLoopAsync(() => AllOf(rig.Loop.Pipes).Select(pipe => FileOf(pipe.ReadEnd)).ToArray());
            Assert.NotEmpty(pipes);
        }

        Assert.Empty(pipes.Intersect(OpenFiles()));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task AHalfCloseAfterMuchIsPassedOnWhileTheOtherDirectionGoesOn(bool clientFirst)
    {
        using var upstream = new Upstream();
        await using ProxyRig rig = ProxyRig.Tcp(upstream.Address);
        (RawPeer client, RawPeer server) = await ConnectAsync(rig, upstream);
        (RawPeer first, RawPeer second) = clientFirst ? (client, server) : (server, client);
        Task back = Bulk.SendAsync(second.Socket, 40 * Mebibyte, seed: 3);
        await Task.WhenAll(Bulk.SendAsync(first.Socket, 5 * Mebibyte, seed: 4), Bulk.ReceiveAsync(second.Socket, 5 * Mebibyte));
        first.FinishSending();
        await second.ExpectEndAsync();
        await Bulk.ReceiveAsync(first.Socket, 40 * Mebibyte);
        await back;
        second.FinishSending();
        await first.ExpectEndAsync();
        await Deadline.Until(() => rig.Listener.ActiveConnections == 0, "the relay ends with the second half");
        Assert.True(await rig.OnLoopAsync(() => rig.Loop.Pipes.MovedBytes) > 40 * Mebibyte);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task AResetWhileBytesFlowIsPassedOn(bool clientResets)
    {
        using var upstream = new Upstream();
        await using ProxyRig rig = ProxyRig.Tcp(upstream.Address);
        (RawPeer client, RawPeer server) = await ConnectAsync(rig, upstream);
        (RawPeer resetting, RawPeer other) = clientResets ? (client, server) : (server, client);
        await Task.WhenAll(Bulk.SendAsync(resetting.Socket, Mebibyte, seed: 5), Bulk.ReceiveAsync(other.Socket, Mebibyte));
        resetting.Reset();
        await other.ExpectResetAsync();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task AResetOfTheSenderEndsARelayThatWaitsForASlowReceiver(bool clientResets)
    {
        using var upstream = new Upstream();
        await using ProxyRig rig = ProxyRig.Tcp(upstream.Address);
        (RawPeer client, RawPeer server) = await ConnectAsync(rig, upstream);
        (RawPeer sender, RawPeer receiver) = clientResets ? (client, server) : (server, client);
        await Bulk.FillAsync(sender.Socket);
        sender.Reset();
        // The receiver has not read a byte of what waits for it.
        await Deadline.Until(() => rig.Listener.ActiveConnections == 0, "the relay ends");
        await receiver.ExpectResetAsync();
        Assert.Equal(0, await rig.OnLoopAsync(() => rig.Loop.Pipes.Rented));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task AResetOfTheSlowReceiverIsPassedOn(bool clientResets)
    {
        using var upstream = new Upstream();
        await using ProxyRig rig = ProxyRig.Tcp(upstream.Address);
        (RawPeer client, RawPeer server) = await ConnectAsync(rig, upstream);
        (RawPeer receiver, RawPeer sender) = clientResets ? (client, server) : (server, client);
        await Bulk.FillAsync(sender.Socket);
        receiver.Reset();
        await sender.ExpectResetAsync();
        await Deadline.Until(() => rig.Listener.ActiveConnections == 0, "the relay ends");
        // What the pipe held is gone with it: a pipe that holds bytes is never used again.
        Assert.Equal(0, await rig.OnLoopAsync(() => AllOf(rig.Loop.Pipes).Sum(pipe => pipe.Held)));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task AResetOfASideThatHadFinishedEndsASilentRelay(bool clientResets)
    {
        using var upstream = new Upstream();
        await using ProxyRig rig = ProxyRig.Tcp(upstream.Address);
        (RawPeer client, RawPeer server) = await ConnectAsync(rig, upstream);
        (RawPeer resetting, RawPeer other) = clientResets ? (client, server) : (server, client);
        resetting.FinishSending();
        await other.ExpectEndAsync();
        resetting.Reset();
        await Deadline.Until(() => rig.Listener.ActiveConnections == 0, "the relay ends");
    }

    [Fact]
    public async Task SplicedBytesKeepTheRelayAliveAndSilenceEndsIt()
    {
        using var upstream = new Upstream();
        var clock = new VirtualClock();
        TimeSpan limit = TimeSpan.FromSeconds(60);
        await using ProxyRig rig = new(ProxyRig.TcpSettings(new TimeoutSettings { Tunnel = limit }, upstream.Address), time: clock);
        (RawPeer client, RawPeer server) = await ConnectAsync(rig, upstream);
        long spliced = 0;
        for (int i = 0; i < 5; i++)
        {
            await Task.WhenAll(Bulk.SendAsync(server.Socket, Mebibyte, seed: 6), Bulk.ReceiveAsync(client.Socket, Mebibyte));
            rig.Settle();
            long before = spliced;
            spliced = await rig.OnLoopAsync(() => rig.Loop.Pipes.MovedBytes);
            Assert.True(spliced > before, "nothing was spliced");
            // Each pause is shorter than the limit.
            clock.Advance(limit * 0.75);
            rig.Settle();
        }

        clock.Advance(limit);
        await client.ExpectResetAsync();
        await server.ExpectResetAsync();
    }

    [Fact]
    public async Task ARelayThatHasBecomeChattyIsCopiedAgain()
    {
        using var upstream = new Upstream();
        await using ProxyRig rig = ProxyRig.Tcp(upstream.Address);
        (RawPeer client, RawPeer server) = await ConnectAsync(rig, upstream);
        await Task.WhenAll(Bulk.SendAsync(client.Socket, Mebibyte, seed: 7), Bulk.ReceiveAsync(server.Socket, Mebibyte));
        long bulk = await rig.OnLoopAsync(() => rig.Loop.Pipes.MovedBytes);
        await ChatAsync(client, server, 40);
        long chatty = await rig.OnLoopAsync(() => rig.Loop.Pipes.MovedBytes);
        Assert.InRange(chatty - bulk, 1, 39);
        await ChatAsync(client, server, 10);
        Assert.Equal(chatty, await rig.OnLoopAsync(() => rig.Loop.Pipes.MovedBytes));
        server.Dispose();
    }

    [Fact]
    public async Task WithoutPipesARelayGoesOnCopying()
    {
        using var upstream = new Upstream();
        await using ProxyRig rig = ProxyRig.Tcp(upstream.Address);
        SplicePipe[] taken = await rig.OnLoopAsync(() => Enumerable.Range(0, SplicePipes.Limit).Select(_ => rig.Loop.Pipes.Rent()!).ToArray());
        Assert.Null(await rig.OnLoopAsync(rig.Loop.Pipes.Rent));
        (RawPeer client, RawPeer server) = await ConnectAsync(rig, upstream);
        await Task.WhenAll(Bulk.SendAsync(client.Socket, 5 * Mebibyte, seed: 8), Bulk.ReceiveAsync(server.Socket, 5 * Mebibyte));
        Assert.Equal(0, await rig.OnLoopAsync(() => rig.Loop.Pipes.MovedBytes));
        Assert.True(await rig.OnLoopAsync(() =>
        {
            foreach (SplicePipe pipe in taken) rig.Loop.Pipes.Return(pipe);
            return rig.Loop.Pipes.Rented == 0;
        }));
        server.Dispose();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task WhatMustBeSeenIsNotSpliced(bool client)
    {
        await using var rig = new LoopRig();
        (Connection one, RawPeer onePeer) = await rig.ConnectAsync();
        (Connection two, RawPeer twoPeer) = await rig.ConnectAsync();
        Task<RelayEnd> relay = rig.RunAsync(async () =>
        {
            (client ? one : two).CanSplice = false;
            return await Tunnel.RunAsync(one, two, idleNs: 60_000_000_000);
        });
        await Task.WhenAll(Bulk.SendAsync(onePeer.Socket, 2 * Mebibyte, seed: 9), Bulk.ReceiveAsync(twoPeer.Socket, 2 * Mebibyte));
        await Task.WhenAll(Bulk.SendAsync(twoPeer.Socket, 2 * Mebibyte, seed: 9), Bulk.ReceiveAsync(onePeer.Socket, 2 * Mebibyte));
        onePeer.FinishSending();
        twoPeer.FinishSending();
        Assert.Equal(RelayEnd.Complete, await relay);
        Assert.Equal(0, await rig.DoAsync(() => rig.Loop.Pipes.MovedBytes));
    }

    [Fact]
    public async Task ABulkTransferLeavesTurnsToOthers()
    {
        await using var rig = new LoopRig();
        (Connection source, RawPeer sender) = await rig.ConnectAsync();
        (Connection sink, RawPeer receiver) = await rig.ConnectAsync();
        const int Bytes = 48 * 1024;
        await Bulk.SendAsync(sender.Socket, Bytes, seed: 10);
        sender.FinishSending();
        (RelayEnd end, long turns) = await rig.RunAsync(async () =>
        {
            // All of it has arrived before it begins: without a bound it would be moved in one go.
            Assert.Equal(Bytes, await FirstBytesSeenAsync(source, Bytes));
            long before = rig.Loop.Turns;
            RelayEnd end = await new TunnelDirection(source, sink, new TunnelActivity(rig.Loop, 60_000_000_000), turnBytes: 16 * 1024).RunAsync();
            return (end, rig.Loop.Turns - before);
        });
        Assert.Equal(RelayEnd.Complete, end);
        Assert.True(turns >= 2, $"{turns} turns");
        await Bulk.ReceiveAsync(receiver.Socket, Bytes);
    }

    private static async Task<int> FirstBytesSeenAsync(Connection connection, int bytes)
    {
        BufferBlock block = connection.Loop.Buffers.RentLarge();
        int seen;
        do
        {
            await connection.Reader.WaitReadableAsync();
            seen = connection.Reader.Peek(block);
        }
        while (seen < bytes);
        connection.Loop.Buffers.Return(block);
        connection.Reader.ExpectBytes();
        return seen;
    }

    private static async Task ChatAsync(RawPeer one, RawPeer other, int times)
    {
        for (int i = 0; i < times; i++)
        {
            await one.SendAsync("x");
            Assert.Equal("x", await other.ReadTextAsync(1));
        }
    }

    private static async Task<(RawPeer Client, RawPeer Server)> ConnectAsync(ProxyRig rig, Upstream upstream)
    {
        RawPeer client = await rig.ConnectAsync();
        return (client, await upstream.AcceptAsync());
    }

    private static string FileOf(int descriptor) => new FileInfo($"/proc/self/fd/{descriptor}").LinkTarget ?? "";

    private static string[] OpenFiles() =>
        [.. Directory.EnumerateFiles("/proc/self/fd").Select(path => new FileInfo(path).LinkTarget ?? "")];

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_all")]
    private static extern ref List<SplicePipe> AllOf(SplicePipes pipes);
}
