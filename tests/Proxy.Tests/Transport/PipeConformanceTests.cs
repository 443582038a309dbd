using System.Buffers;
using System.IO.Pipelines;
using System.Net.Sockets;
using System.Text;
using Appliance.Proxy.Transport;
using Proxy.Tests.Support;

namespace Proxy.Tests.Transport;

/// <summary>One contract for PipeReader and PipeWriter, held by ours on the loop and by the framework's over a stream alike.</summary>
public sealed class PipeConformanceTests
{
    public static TheoryData<bool> Both => [true, false];

    [Theory]
    [MemberData(nameof(Both))]
    public Task WhatIsNotConsumedComesAgain(bool ours) => RunAsync(ours, async (pipe, peer) =>
    {
        await peer.SendAsync("hello");
        ReadResult first = await pipe.Input.ReadAtLeastAsync(5);
        pipe.Input.AdvanceTo(first.Buffer.GetPosition(2));
        ReadResult second = await pipe.Input.ReadAsync();
        Assert.Equal("llo", Text(second));
        pipe.Input.AdvanceTo(second.Buffer.Start);
        ReadResult third = await pipe.Input.ReadAsync();
        Assert.Equal("llo", Text(third));
        pipe.Input.AdvanceTo(third.Buffer.End);
        Assert.False(pipe.Input.TryRead(out _));
    });

    [Theory]
    [MemberData(nameof(Both))]
    public Task WhatIsExaminedWaitsForMore(bool ours) => RunAsync(ours, async (pipe, peer) =>
    {
        await peer.SendAsync("ab");
        ReadResult first = await pipe.Input.ReadAtLeastAsync(2);
        pipe.Input.AdvanceTo(first.Buffer.Start, first.Buffer.End);
        ValueTask<ReadResult> waiting = pipe.Input.ReadAsync();
        Assert.False(waiting.IsCompleted);
        await peer.SendAsync("c");
        ReadResult second = await waiting;
        Assert.Equal("abc", Text(second));
        pipe.Input.AdvanceTo(second.Buffer.End);
    });

    [Theory]
    [MemberData(nameof(Both))]
    public Task TheEndIsReportedAndStays(bool ours) => RunAsync(ours, async (pipe, peer) =>
    {
        await peer.SendAsync("x");
        peer.FinishSending();
        ReadResult read = await pipe.Input.ReadAsync();
        while (!read.IsCompleted)
        {
            pipe.Input.AdvanceTo(read.Buffer.Start, read.Buffer.End);
            read = await pipe.Input.ReadAsync();
        }

        Assert.Equal("x", Text(read));
        pipe.Input.AdvanceTo(read.Buffer.End);
        read = await pipe.Input.ReadAsync();
        Assert.True(read is { IsCompleted: true, Buffer.IsEmpty: true });
        pipe.Input.AdvanceTo(read.Buffer.End);
    });

    [Theory]
    [MemberData(nameof(Both))]
    public Task AWaitingReadIsCancelledOnceAndTheNextGoesOn(bool ours) => RunAsync(ours, async (pipe, peer) =>
    {
        ValueTask<ReadResult> waiting = pipe.Input.ReadAsync();
        pipe.Input.CancelPendingRead();
        Assert.True((await waiting).IsCanceled);
        pipe.Input.AdvanceTo(default);
        await peer.SendAsync("x");
        ReadResult read = await pipe.Input.ReadAsync();
        Assert.Equal((false, "x"), (read.IsCanceled, Text(read)));
        pipe.Input.AdvanceTo(read.Buffer.End);
    });

    [Theory]
    [MemberData(nameof(Both))]
    public Task ACancelBeforeTheReadIsRemembered(bool ours) => RunAsync(ours, async (pipe, peer) =>
    {
        pipe.Input.CancelPendingRead();
        Assert.True((await pipe.Input.ReadAsync()).IsCanceled);
        pipe.Input.AdvanceTo(default);
        await peer.SendAsync("x");
        ReadResult read = await pipe.Input.ReadAsync();
        Assert.False(read.IsCanceled);
        pipe.Input.AdvanceTo(read.Buffer.End);
    });

    [Theory]
    [MemberData(nameof(Both))]
    public Task ATokenEndsTheWaitWithAnExceptionAndLosesNothing(bool ours) => RunAsync(ours, async (pipe, peer) =>
    {
        using var source = new CancellationTokenSource();
        Task<ReadResult> waiting = pipe.Input.ReadAsync(source.Token).AsTask();
        source.CancelAfter(1);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        if (pipe is Connection connection) await connection.Loop.Switch();
        await peer.SendAsync("x");
        ReadResult read = await pipe.Input.ReadAsync();
        Assert.Equal("x", Text(read));
        pipe.Input.AdvanceTo(read.Buffer.End);
    });

    [Theory]
    [MemberData(nameof(Both))]
    public Task ATokenThatHasFiredThrowsEvenWhenBytesAreThere(bool ours) => RunAsync(ours, async (pipe, peer) =>
    {
        await peer.SendAsync("xy");
        ReadResult read = await pipe.Input.ReadAtLeastAsync(2);
        pipe.Input.AdvanceTo(read.Buffer.GetPosition(1));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await pipe.Input.ReadAsync(new CancellationToken(true)));
        read = await pipe.Input.ReadAsync();
        Assert.Equal("y", Text(read));
        pipe.Input.AdvanceTo(read.Buffer.End);
    });

    [Theory]
    [MemberData(nameof(Both))]
    public Task AfterCompletionNothingMayBeReadOrWritten(bool ours) => RunAsync(ours, async (pipe, _) =>
    {
        pipe.Input.Complete();
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await pipe.Input.ReadAsync());
        Assert.Throws<InvalidOperationException>(() => pipe.Input.TryRead(out ReadResult _));
        pipe.Output.Complete();
        Assert.Throws<InvalidOperationException>(() => pipe.Output.GetMemory(1));
        Assert.Throws<InvalidOperationException>(() => pipe.Output.GetSpan(1).Length);
        // The framework's own lets this one pass.
        if (ours) await Assert.ThrowsAsync<InvalidOperationException>(async () => await pipe.Output.WriteAsync(new byte[1]));
    });

    [Theory]
    [MemberData(nameof(Both))]
    public Task WhatIsWrittenLeavesInOrderWithTheFlush(bool ours) => RunAsync(ours, async (pipe, peer) =>
    {
        for (int i = 0; i < 1000; i++)
        {
            Encoding.ASCII.GetBytes($"{i:d4}").CopyTo(pipe.Output.GetSpan(4));
            pipe.Output.Advance(4);
        }

        Assert.Equal(4000, pipe.Output.UnflushedBytes);
        FlushResult flushed = await pipe.Output.FlushAsync();
        Assert.Equal((false, false, 0), (flushed.IsCanceled, flushed.IsCompleted, pipe.Output.UnflushedBytes));
        await pipe.Output.WriteAsync(new byte[5000]);
        Assert.Equal(string.Concat(Enumerable.Range(0, 1000).Select(i => $"{i:d4}")), await peer.ReadTextAsync(4000));
        Assert.Equal(new byte[5000], await peer.ReadBytesAsync(5000));
        Assert.Throws<ArgumentOutOfRangeException>(() => pipe.Output.Advance(-1));
        Assert.ThrowsAny<Exception>(() => pipe.Output.Advance(int.MaxValue));
    });

    [Theory]
    [MemberData(nameof(Both))]
    public Task CompletingTheWriterIsTheEndForThePeerWhileReadingGoesOn(bool ours) => RunAsync(ours, async (pipe, peer) =>
    {
        await pipe.Output.WriteAsync("bye"u8.ToArray());
        pipe.Output.Complete();
        if (!ours) ((SocketPipe)pipe).ShutdownSend();
        Assert.Equal("bye", await peer.ReadToEndAsync());
        await peer.SendAsync("still");
        ReadResult read = await pipe.Input.ReadAtLeastAsync(5);
        Assert.Equal("still", Text(read));
        pipe.Input.AdvanceTo(read.Buffer.End);
    });

    [Theory]
    [MemberData(nameof(Both))]
    public Task ALargeWriteWaitsForASlowReaderAndArrivesWhole(bool ours) => RunAsync(ours, async (pipe, peer) =>
    {
        byte[] bytes = new byte[8_000_000];
        new Random(11).NextBytes(bytes);
        ValueTask<FlushResult> writing = pipe.Output.WriteAsync(bytes);
        Assert.False(writing.IsCompleted);
        Task<byte[]> reading = Task.Run(() => peer.ReadBytesAsync(bytes.Length));
        Assert.False((await writing).IsCompleted);
        Assert.Equal(bytes, await reading);
    });

    [Fact]
    public Task AnUnsentRestIsNeverPassedOffAsTheEnd() => RunAsync(ours: true, async (pipe, peer) =>
    {
        ((Connection)pipe).Writer.Append(new byte[8_000_000]);
        pipe.Output.Complete();
        ((Connection)pipe).Close();
        await Task.Run(peer.ExpectResetAsync);
    });

    [Fact]
    public Task ACancelledFlushKeepsItsBytesForTheNext() => RunAsync(ours: true, async (pipe, peer) =>
    {
        byte[] bytes = new byte[8_000_000];
        new Random(12).NextBytes(bytes);
        ValueTask<FlushResult> writing = pipe.Output.WriteAsync(bytes);
        pipe.Output.CancelPendingFlush();
        Assert.True((await writing).IsCanceled);
        Task<byte[]> reading = Task.Run(() => peer.ReadBytesAsync(bytes.Length));
        Assert.False((await pipe.Output.FlushAsync()).IsCanceled);
        Assert.Equal(bytes, await reading);
    });

    private static async Task RunAsync(bool ours, Func<IDuplexPipe, RawPeer, Task> test)
    {
        await using var rig = new LoopRig();
        if (ours)
        {
            (Connection connection, RawPeer peer) = await rig.ConnectAsync(receiveBuffer: 16 * 1024);
            await rig.RunAsync(() => OnLoopAsync(rig, connection, peer, test));
            return;
        }

        using var upstream = new Upstream(receiveBuffer: 16 * 1024);
        using RawPeer client = await RawPeer.ConnectAsync(upstream.Address);
        using RawPeer other = await upstream.AcceptAsync();
        await test(new SocketPipe(client.Socket), other).In();
    }

    /// <summary>Awaits of sockets come back on other threads: a context brings every continuation of the test to the loop.</summary>
    private static async Task OnLoopAsync(LoopRig rig, Connection connection, RawPeer peer, Func<IDuplexPipe, RawPeer, Task> test)
    {
        SynchronizationContext? before = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(new LoopContext(rig.Loop));
        try
        {
            await test(connection, peer);
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(before);
        }
    }

    private static string Text(ReadResult read) => Encoding.ASCII.GetString(read.Buffer.ToArray());

    private sealed class LoopContext(EventLoop loop) : SynchronizationContext
    {
        public override void Post(SendOrPostCallback d, object? state) => loop.Post(() =>
        {
            SetSynchronizationContext(this);
            d(state);
            SetSynchronizationContext(null);
        });
    }

    private sealed class SocketPipe(Socket socket) : IDuplexPipe
    {
        public PipeReader Input { get; } = PipeReader.Create(new NetworkStream(socket), new StreamPipeReaderOptions(leaveOpen: true));

        public PipeWriter Output { get; } = PipeWriter.Create(new NetworkStream(socket), new StreamPipeWriterOptions(leaveOpen: true));

        public void ShutdownSend() => socket.Shutdown(SocketShutdown.Send);
    }
}
