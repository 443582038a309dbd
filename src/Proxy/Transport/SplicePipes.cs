using Appliance.Proxy.Interop;

namespace Appliance.Proxy.Transport;

/// <summary>
/// The pipes of one loop. A direction holds one only while it moves bytes, so a few serve many connections; when there are no more, relays go on by
/// copying. Touched by the loop's thread only.
/// </summary>
internal sealed class SplicePipes : IDisposable
{
    /// <summary>Size asked for: the most that the kernel gives by default. Every byte that fits is one that needs no call of its own.</summary>
    internal const int PipeBytes = 1024 * 1024;

    /// <summary>Pipes in existence, in use and idle. Slow receivers hold one each; beyond the user's share of pipe memory, 64 MiB by default, they are small ones.</summary>
    internal const int Limit = 128;

    /// <summary>Less than this, as the kernel gives when the user's share is used up, and copying is better.</summary>
    private const int MinimumBytes = 64 * 1024;

    /// <summary>Idle pipes kept.</summary>
    private const int KeptIdle = 16;

    private readonly List<SplicePipe> _all = [];
    private readonly Stack<SplicePipe> _idle = new();
    private bool _closed;

    /// <summary>Bytes that went through pipes.</summary>
    internal long MovedBytes { get; set; }

    /// <summary>Pipes in existence.</summary>
    internal int Count => _all.Count;

    /// <summary>Pipes handed out and not returned.</summary>
    internal int Rented => _all.Count - _idle.Count;

    /// <summary>An empty pipe; null: there is none to be had, now.</summary>
    internal SplicePipe? Rent()
    {
        if (_idle.TryPop(out SplicePipe? pipe)) return pipe;
        if (_closed || _all.Count >= Limit) return null;
        int size = Pipes.Open(PipeBytes, out int readEnd, out int writeEnd);
        if (readEnd < 0) return null;
        pipe = new SplicePipe(readEnd, writeEnd) { Index = _all.Count };
        if (size < MinimumBytes)
        {
            pipe.Close();
            return null;
        }

        _all.Add(pipe);
        return pipe;
    }

    /// <summary>Takes a pipe back; one that still holds bytes is closed, so that they never reach another connection.</summary>
    internal void Return(SplicePipe pipe)
    {
        if (_closed) return;
        if (pipe.Held == 0 && _idle.Count < KeptIdle)
        {
            _idle.Push(pipe);
            return;
        }

        SplicePipe last = _all[^1];
        _all[pipe.Index] = last;
        last.Index = pipe.Index;
        _all.RemoveAt(_all.Count - 1);
        pipe.Close();
    }

    /// <summary>Closes all, those handed out too: the loop has ended, and with it every connection.</summary>
    public void Dispose()
    {
        _closed = true;
        foreach (SplicePipe pipe in _all) pipe.Close();
        _all.Clear();
        _idle.Clear();
    }
}
