using System.IO.Pipelines;
using Appliance.Proxy.Layer7;
using Appliance.Proxy.Transport;

namespace Appliance.Proxy.Layer4;

/// <summary>Relays bytes both ways until both sides have finished, keeping half-close: a FIN from one side is passed on, the other goes on.</summary>
internal static class Tunnel
{
    /// <summary>Runs until the end; the caller closes both connections. On their common loop.</summary>
    /// <param name="client">One side.</param>
    /// <param name="server">The other.</param>
    /// <param name="idleNs">Both are given up when neither sent a byte for so long.</param>
    /// <returns>Complete when both sides finished in order.</returns>
    internal static async Task<RelayEnd> RunAsync(Connection client, Connection server, long idleNs)
    {
        var activity = new Activity { LastNs = client.Loop.NowNs };
        client.Writer.TimeoutNs = server.Writer.TimeoutNs = idleNs;
        Task<RelayEnd> up = OneWayAsync(client, server, activity, idleNs);
        RelayEnd down = await OneWayAsync(server, client, activity, idleNs);
        RelayEnd other = await up;
        return down != RelayEnd.Complete ? down : other;
    }

    private static async Task<RelayEnd> OneWayAsync(Connection source, Connection sink, Activity activity, long idleNs)
    {
        RelayEnd end = await CopyAsync(source, sink, activity, idleNs);
        if (end == RelayEnd.Complete)
        {
            sink.Writer.Complete();
            return end;
        }

        // One broken side breaks the other, with RST: nobody may take a torn stream for a finished one.
        source.Abort(ConnectionError.Aborted);
        sink.Abort(ConnectionError.Aborted);
        return end;
    }

    private static async ValueTask<RelayEnd> CopyAsync(Connection source, Connection sink, Activity activity, long idleNs)
    {
        while (true)
        {
            source.Reader.DeadlineNs = activity.LastNs + idleNs;
            ReadResult read = await source.Reader.ReadAsync();
            if (read.IsCanceled)
            {
                // The other direction may have been busy meanwhile: then this one may go on waiting.
                if (source.Loop.NowNs - activity.LastNs >= idleNs) return RelayEnd.SourceTimedOut;
                source.ForgetTimeout();
                continue;
            }

            activity.LastNs = source.Loop.NowNs;
            ReadOnlyMemory<byte> bytes = source.Reader.UnreadMemory;
            if (bytes.Length > 0)
            {
                FlushResult flushed = await sink.Writer.WriteAsync(bytes);
                if (flushed.IsCompleted || flushed.IsCanceled) return RelayEnd.SinkClosed;
                source.Reader.Skip(bytes.Length);
            }

            if (source.Error != ConnectionError.None) return RelayEnd.SourceClosed;
            if (read.IsCompleted) return RelayEnd.Complete;
        }
    }

    private sealed class Activity
    {
        internal long LastNs { get; set; }
    }
}
