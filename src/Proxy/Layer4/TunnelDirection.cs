using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using Appliance.Proxy.Layer7;
using Appliance.Proxy.Transport;

namespace Appliance.Proxy.Layer4;

/// <summary>
/// One direction of a tunnel. It copies first, because that is cheapest for little, splices once it has moved much, and goes back to copying when only
/// small pieces come. Returns blame instead of throwing.
/// </summary>
/// <param name="source">Where bytes come from.</param>
/// <param name="sink">Where they go.</param>
/// <param name="activity">Shared with the other direction.</param>
/// <param name="turnBytes">Bytes moved before the other connections of the loop get their turn.</param>
internal sealed class TunnelDirection(
    Connection source, Connection sink, TunnelActivity activity, int turnBytes = TunnelDirection.TurnBytes)
{
    /// <summary>Bytes copied before splicing begins.</summary>
    internal const int SpliceAfterBytes = 64 * 1024;

    /// <summary>Bytes moved by one splice, and held in the pipe when the sink is slow.</summary>
    private const int SpliceBytes = SplicePipes.PipeBytes;

    private const int TurnBytes = 1024 * 1024;

    /// <summary>A piece after which the source was empty and that would have been cheaper to copy.</summary>
    private const int SmallBytes = 4 * 1024;

    /// <summary>Small pieces in a row that end the splicing.</summary>
    private const int SmallPieces = 16;

    private readonly EventLoop _loop = source.Loop;
    private int _movedThisTurn;

    /// <summary>Moves bytes until the source ends or something breaks.</summary>
    internal async Task<RelayEnd> RunAsync()
    {
        while (true)
        {
            if (await CopyAsync() is { } end) return end;
            SplicePipe? pipe = _loop.Pipes.Rent();
            // Out of pipes or descriptors: copying does, too; asked again after as many bytes.
            if (pipe is not null && await SpliceAsync(pipe) is { } spliced) return spliced;
        }
    }

    /// <summary>Copies until the end, or (null) until enough has moved for splicing.</summary>
    [AsyncMethodBuilder(typeof(LoopMethodBuilder<>))]
    private async ValueTask<RelayEnd?> CopyAsync()
    {
        bool maySplice = source.CanSplice && sink.CanSplice;
        for (long copied = 0; !maySplice || copied < SpliceAfterBytes || source.Reader.Unread > 0;)
        {
            if (!source.Reader.TryRead(out ReadResult read))
            {
                // What was queued to go with the first bytes, as a PROXY header, does not wait for a client that is silent.
                if (sink.Writer.UnflushedBytes > 0 && !await SendAsync(default)) return RelayEnd.SinkClosed;
                source.Reader.DeadlineNs = activity.DeadlineNs;
                read = await source.Reader.ReadAsync();
            }

            if (read.IsCanceled)
            {
                if (GivesUp(source)) return RelayEnd.SourceTimedOut;
                continue;
            }

            ReadOnlyMemory<byte> bytes = source.Reader.UnreadMemory;
            if (bytes.Length > 0)
            {
                activity.Touch();
                if (!await SendAsync(bytes)) return RelayEnd.SinkClosed;
                source.Reader.Skip(bytes.Length);
                copied += bytes.Length;
            }

            if (source.Error != ConnectionError.None) return RelayEnd.SourceClosed;
            if (read.IsCompleted) return RelayEnd.Complete;
            await TakeTurnsAsync(bytes.Length);
        }

        source.Reader.DropBuffer();
        return null;
    }

    /// <summary>Splices until the end, or (null) until only small pieces come or pipes run out. Gives the pipe back.</summary>
    [AsyncMethodBuilder(typeof(LoopMethodBuilder<>))]
    private async ValueTask<RelayEnd?> SpliceAsync(SplicePipe first)
    {
        SplicePipe? pipe = first;
        try
        {
            for (int small = 0; small < SmallPieces;)
            {
                (RelayEnd? end, int piece) = await SplicePieceAsync(pipe);
                if (end is not null) return end;
                small = piece < SmallBytes ? small + 1 : 0;
                // Whoever waits holds no pipe.
                _loop.Pipes.Return(pipe);
                pipe = null;
                if (!await WaitAsync()) return RelayEnd.SourceTimedOut;
                pipe = _loop.Pipes.Rent();
                if (pipe is null) return null;
            }

            return null;
        }
        finally
        {
            if (pipe is not null) _loop.Pipes.Return(pipe);
        }
    }

    /// <summary>Splices until the source has nothing more for now, or has ended.</summary>
    [AsyncMethodBuilder(typeof(LoopMethodBuilder<>))]
    private async ValueTask<(RelayEnd? End, int Bytes)> SplicePieceAsync(SplicePipe pipe)
    {
        int piece = 0;
        while (true)
        {
            if (source.Error != ConnectionError.None) return (RelayEnd.SourceClosed, piece);
            if (source.Reader.Ended) return (RelayEnd.Complete, piece);
            int moved = source.Reader.SpliceInto(pipe, SpliceBytes);
            if (moved == 0)
            {
                if (source.Error == ConnectionError.None && !source.Reader.Ended) return (null, piece);
                continue;
            }

            activity.Touch();
            piece = (int)Math.Min((long)piece + moved, SmallBytes);
            if (!sink.Writer.SpliceFrom(pipe) && !await DrainAsync(pipe)) return (RelayEnd.SinkClosed, piece);
            await TakeTurnsAsync(moved);
        }
    }

    /// <summary>Sends what a full sink did not take at once.</summary>
    [AsyncMethodBuilder(typeof(LoopMethodBuilder<>))]
    private async ValueTask<bool> DrainAsync(SplicePipe pipe)
    {
        while (!sink.Writer.SpliceFrom(pipe))
        {
            int held = pipe.Held;
            FlushResult room = await sink.Writer.WaitRoomAsync();
            if (room.IsCompleted || (room.IsCanceled && GivesUp(sink))) return false;
            if (pipe.Held < held) activity.Touch();
        }

        activity.Touch();
        return true;
    }

    /// <summary>Waits until the source has something again; false at the time limit.</summary>
    [AsyncMethodBuilder(typeof(LoopMethodBuilder<>))]
    private async ValueTask<bool> WaitAsync()
    {
        while (true)
        {
            source.Reader.DeadlineNs = activity.DeadlineNs;
            ReadResult ready = await source.Reader.WaitReadableAsync();
            if (!ready.IsCanceled) return true;
            if (GivesUp(source)) return false;
        }
    }

    [AsyncMethodBuilder(typeof(LoopMethodBuilder<>))]
    private async ValueTask<bool> SendAsync(ReadOnlyMemory<byte> bytes)
    {
        FlushResult flushed = await sink.Writer.WriteAsync(bytes);
        while (flushed.IsCanceled && !flushed.IsCompleted && !GivesUp(sink)) flushed = await sink.Writer.FlushAsync();
        activity.Touch();
        return !flushed.IsCompleted && !flushed.IsCanceled;
    }

    /// <summary>A wait of this side reached its limit: true when the whole tunnel has, false when the other direction was busy meanwhile.</summary>
    private bool GivesUp(Connection side)
    {
        if (activity.IsIdle) return true;
        side.ForgetTimeout();
        return false;
    }

    /// <summary>After its share of a turn a bulk transfer lets the loop look at the others before it goes on.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask TakeTurnsAsync(int moved)
    {
        _movedThisTurn += moved;
        if (_movedThisTurn < turnBytes) return;
        _movedThisTurn = 0;
        await new LoopTurn(_loop);
    }
}
