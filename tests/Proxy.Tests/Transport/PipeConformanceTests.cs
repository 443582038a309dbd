using System.Buffers;
using System.IO.Pipelines;
using System.Net.Sockets;
using System.Text;
using Appliance.Proxy;
using Appliance.Proxy.Admission;
using Appliance.Proxy.Configuration;
using Appliance.Proxy.Transport;
using Proxy.Tests.Support;

namespace Proxy.Tests.Transport;

/// <summary>One contract for PipeReader and PipeWriter, held by ours on the loop, plain, over TLS and under a limit of bytes, and by the framework's over a stream alike.</summary>
public sealed class PipeConformanceTests
{
    public enum Kind
    {
        Framework,
        Ours,
        Tls,
        Throttled,
        ThrottledTls,
    }

    public static TheoryData<Kind> All => [.. Enum.GetValues<Kind>()];

    public static TheoryData<Kind> Own => [.. Enum.GetValues<Kind>().Where(kind => kind != Kind.Framework)];

    [Theory]
    [MemberData(nameof(All))]
    public Task WhatIsNotConsumedComesAgain(Kind kind) => RunAsync(kind, async (pipe, peer) =>
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
    [MemberData(nameof(All))]
    public Task WhatIsExaminedWaitsForMore(Kind kind) => RunAsync(kind, async (pipe, peer) =>
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
    [MemberData(nameof(All))]
    public Task TheEndIsReportedAndStays(Kind kind) => RunAsync(kind, async (pipe, peer) =>
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
    [MemberData(nameof(All))]
    public Task AWaitingReadIsCancelledOnceAndTheNextGoesOn(Kind kind) => RunAsync(kind, async (pipe, peer) =>
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
    [MemberData(nameof(All))]
    public Task ACancelBeforeTheReadIsRemembered(Kind kind) => RunAsync(kind, async (pipe, peer) =>
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
    [MemberData(nameof(All))]
    public Task ATokenEndsTheWaitWithAnExceptionAndLosesNothing(Kind kind) => RunAsync(kind, async (pipe, peer) =>
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
    [MemberData(nameof(All))]
    public Task ATokenThatHasFiredThrowsEvenWhenBytesAreThere(Kind kind) => RunAsync(kind, async (pipe, peer) =>
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
    [MemberData(nameof(All))]
    public Task AfterCompletionNothingMayBeReadOrWritten(Kind kind) => RunAsync(kind, async (pipe, _) =>
    {
        pipe.Input.Complete();
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await pipe.Input.ReadAsync());
        Assert.Throws<InvalidOperationException>(() => pipe.Input.TryRead(out ReadResult _));
        pipe.Output.Complete();
        Assert.Throws<InvalidOperationException>(() => pipe.Output.GetMemory(1));
        Assert.Throws<InvalidOperationException>(() => pipe.Output.GetSpan(1).Length);
        // The framework's own lets this one pass.
        if (kind != Kind.Framework) await Assert.ThrowsAsync<InvalidOperationException>(async () => await pipe.Output.WriteAsync(new byte[1]));
    });

    [Theory]
    [MemberData(nameof(All))]
    public Task WhatIsWrittenLeavesInOrderWithTheFlush(Kind kind) => RunAsync(kind, async (pipe, peer) =>
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
    [MemberData(nameof(All))]
    public Task CompletingTheWriterIsTheEndForThePeerWhileReadingGoesOn(Kind kind) => RunAsync(kind, async (pipe, peer) =>
    {
        await pipe.Output.WriteAsync("bye"u8.ToArray());
        pipe.Output.Complete();
        if (kind == Kind.Framework) ((SocketPipe)pipe).ShutdownSend();
        Assert.Equal("bye", await peer.ReadToEndAsync());
        await peer.SendAsync("still");
        ReadResult read = await pipe.Input.ReadAtLeastAsync(5);
        Assert.Equal("still", Text(read));
        pipe.Input.AdvanceTo(read.Buffer.End);
    });

    [Theory]
    [MemberData(nameof(All))]
    public Task ALargeWriteWaitsForASlowReaderAndArrivesWhole(Kind kind) => RunAsync(kind, async (pipe, peer) =>
    {
        byte[] bytes = new byte[8_000_000];
        new Random(11).NextBytes(bytes);
        ValueTask<FlushResult> writing = pipe.Output.WriteAsync(bytes);
        Assert.False(writing.IsCompleted);
        Task<byte[]> reading = Task.Run(() => peer.ReadBytesAsync(bytes.Length));
        Assert.False((await writing).IsCompleted);
        Assert.Equal(bytes, await reading);
    }, large: true);

    [Theory]
    [MemberData(nameof(Own))]
    public Task AnUnsentRestIsNeverPassedOffAsTheEnd(Kind kind) => RunAsync(kind, async (pipe, peer) =>
    {
        ((Connection)pipe).Writer.Append(new byte[8_000_000]);
        pipe.Output.Complete();
        ((Connection)pipe).Close();
        await Task.Run(peer.ExpectResetAsync);
    }, large: true);

    [Theory]
    [MemberData(nameof(Own))]
    public Task ACancelledFlushKeepsItsBytesForTheNext(Kind kind) => RunAsync(kind, async (pipe, peer) =>
    {
        byte[] bytes = new byte[8_000_000];
        new Random(12).NextBytes(bytes);
        ValueTask<FlushResult> writing = pipe.Output.WriteAsync(bytes);
        pipe.Output.CancelPendingFlush();
        Assert.True((await writing).IsCanceled);
        Task<byte[]> reading = Task.Run(() => peer.ReadBytesAsync(bytes.Length));
        Assert.False((await pipe.Output.FlushAsync()).IsCanceled);
        Assert.Equal(bytes, await reading);
    }, large: true);

    private static async Task RunAsync(Kind kind, Func<IDuplexPipe, RawPeer, Task> test, bool large = false)
    {
        await using var rig = new LoopRig();
        if (kind == Kind.Framework)
        {
            using var upstream = new Upstream(receiveBuffer: 16 * 1024);
            using RawPeer client = await RawPeer.ConnectAsync(upstream.Address);
            using RawPeer other = await upstream.AcceptAsync();
            await test(new SocketPipe(client.Socket), other).In();
            return;
        }

        (Connection connection, RawPeer peer) = await rig.ConnectAsync(receiveBuffer: 16 * 1024);
        using TlsBridge? bridge = kind is Kind.Tls or Kind.ThrottledTls ? await TlsBridge.SecureAsync(rig, connection, peer) : null;
        if (kind is Kind.Throttled or Kind.ThrottledTls) await rig.DoAsync(() => Throttle(connection, large));
        await rig.RunAsync(() => OnLoopAsync(rig, connection, bridge?.Plain ?? peer, test));
    }

    /// <summary>So slow that nearly every test has to pause, and yet ends.</summary>
    private static void Throttle(Connection connection, bool large)
    {
        var gate = new AdmissionGate(new AdmissionSettings { BytesPerSecond = large ? 8_000_000 : 20_000 });
        Assert.True(gate.TryEnter());
        connection.Lease = new ClientLease(gate, connection);
        Assert.Equal(AdmissionRule.None, connection.Lease.Identify(connection.ClientAddress, isPeer: true));
        Assert.NotNull(connection.Throttle);
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
