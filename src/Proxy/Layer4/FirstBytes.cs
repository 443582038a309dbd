using System.IO.Pipelines;
using Appliance.Proxy.Layer7;
using Appliance.Proxy.Transport;

namespace Appliance.Proxy.Layer4;

/// <summary>Looks at what a client sends first and leaves it in the kernel, for whoever comes next: a relay, or TLS.</summary>
internal static class FirstBytes
{
    /// <summary>Judges what a connection has sent so far, from its first byte on.</summary>
    internal delegate HeadProgress Judge(ReadOnlySpan<byte> bytes);

    /// <summary>Shows the judge everything received so far, each time there is more, until it is sure. At most 16 KiB are shown.</summary>
    /// <param name="connection">From which nothing has been read yet.</param>
    /// <param name="deadlineNs">When to give up.</param>
    /// <param name="judge">Must be sure of 16 KiB.</param>
    /// <returns>The verdict; Incomplete: the connection ended before, or time is up (then its Error says so).</returns>
    internal static async ValueTask<HeadProgress> PeekAsync(Connection connection, long deadlineNs, Judge judge)
    {
        ConnectionReader reader = connection.Reader;
        reader.DeadlineNs = deadlineNs;
        while (true)
        {
            ReadResult ready = await reader.WaitReadableAsync();
            if (connection.Error != ConnectionError.None || reader.Ended) return HeadProgress.Incomplete;
            if (ready.IsCanceled) continue;
            HeadProgress progress = Look(connection, judge);
            if (progress != HeadProgress.Incomplete)
            {
                // The bytes that were seen are still to be read, without a new edge.
                reader.ExpectBytes();
                return progress;
            }

            if (reader.Ended || reader.PeerFinished) return HeadProgress.Incomplete;
        }
    }

    /// <summary>Receives and drops bytes that were judged.</summary>
    internal static void Drop(Connection connection, int bytes)
    {
        BufferBlock scratch = connection.Loop.Buffers.Rent();
        connection.Reader.Drop(scratch, bytes);
        connection.Loop.Buffers.Return(scratch);
    }

    /// <summary>The buffer is held only while looking: a client that takes its time costs none.</summary>
    private static HeadProgress Look(Connection connection, Judge judge)
    {
        BufferBlock buffer = connection.Loop.Buffers.Rent();
        int seen = connection.Reader.Peek(buffer);
        HeadProgress progress = judge(buffer.Span[..seen]);
        connection.Loop.Buffers.Return(buffer);
        return progress;
    }
}
