// Invariants
// - One thread runs the loop; every member except Post, Turns, Stop and the constructor belongs to that thread.
// - _events is a pinned array: the kernel writes into it only during epoll_wait.
// - A token is (generation << 32 | slot). A slot's generation grows when its source leaves, so an event that was already fetched for a
//   descriptor closed in the same batch (or reused by accept) finds another generation and is dropped.
using System.Collections.Concurrent;
using System.ComponentModel;
using Appliance.Proxy.Interop;
using Microsoft.Extensions.Logging;

namespace Appliance.Proxy.Transport;

/// <summary>
/// One thread with one epoll instance: everything a connection needs (its peer, buffers, timers, statistics) lives and dies here, so
/// there is no lock and no thread hop on the way of a request (dataplane.md section 2).
/// </summary>
internal sealed unsafe class EventLoop : IDisposable
{
    private const int EventBatch = 256;

    /// <summary>Few enough that what was received is still in the processor's cache when its turn comes.</summary>
    private const int EventGroup = 16;

    private const int IdleWaitMs = 100;
    private const int CloseRounds = 16;
    private const int WakeGraceMs = 1000;

    /// <summary>Few enough that the first does not wait long (some 200 us of other connections' work), enough to be worth it.</summary>
    private const int GatherLimit = 64;

    /// <summary>A busy loop has answered a small request by then.</summary>
    private const int UnwatchedTurns = 3;

    private readonly ILogger _log;
    private readonly TimeProvider _time;
    private readonly int _epoll;
    private readonly int _wake;
    private readonly EpollEvent[] _events = GC.AllocateArray<EpollEvent>(EventBatch, pinned: true);
    private readonly ConcurrentQueue<Action> _posted = new();
    private readonly Queue<(Connection Connection, long Turn)> _unwatched = new();
    private readonly ConnectionWriter[] _gathered = new ConnectionWriter[GatherLimit];
    private int _gatheredCount;
    private LoopSource?[] _slots = new LoopSource?[1024];
    private uint[] _generations = new uint[1024];
    private int[] _freeSlots = new int[1024];
    private int _freeCount;
    private int _usedSlots = 1;
    private int _wakePending;
    private long _turns;
    private long _unixMs;
    private long _unixMsTurn = -1;
    private volatile bool _stopping;
    private Thread? _thread;

    /// <summary>Makes the epoll instance; nothing runs yet.</summary>
    internal EventLoop(int number, TimeProvider time, ILogger log)
    {
        if (sizeof(EpollEvent) != 12) throw new PlatformNotSupportedException("struct epoll_event is 12 bytes on x86-64 only");
        Number = number;
        _log = log;
        _time = time;
        NowNs = ReadClockNs();
        Timers = new TimerWheel(NowNs, error => ProxyLog.HandlerFailed(_log, error));
        _epoll = Check(Libc.EpollCreate(Linux.EpollCloseOnExec), "epoll_create1");
        _wake = Check(Libc.EventFd(0, Linux.EventFdNonBlock | Linux.EventFdCloseOnExec), "eventfd");
        // SAFETY: the struct lives on this frame; the kernel copies it before returning. Slot 0 with generation 0 is the waker.
        var request = new EpollEvent { Events = Linux.EpollIn, Token = 0 };
        Check(Libc.EpollControl(_epoll, Linux.EpollAdd, _wake, &request), "epoll_ctl");
    }

    /// <summary>0 .. loops-1; the lane of its statistics.</summary>
    internal int Number { get; }

    /// <summary>Monotonic nanoseconds, read once per turn: what `now` means to everything that runs on the loop.</summary>
    internal long NowNs { get; private set; }

    /// <summary>The wall clock, for Date fields only; nothing is timed by it.</summary>
    internal DateTimeOffset UtcNow => _time.GetUtcNow();

    /// <summary>The same in Unix milliseconds, read at most once per turn.</summary>
    internal long UnixMs
    {
        get
        {
            if (_unixMsTurn == _turns) return _unixMs;
            _unixMsTurn = _turns;
            return _unixMs = UtcNow.ToUnixTimeMilliseconds();
        }
    }

    /// <summary>Deadlines.</summary>
    internal TimerWheel Timers { get; }

    /// <summary>Blocks.</summary>
    internal BufferPool Buffers { get; } = new();

    /// <summary>Pipes for splicing.</summary>
    internal SplicePipes Pipes { get; } = new();

    /// <summary>Registered sources.</summary>
    internal int SourceCount => _usedSlots - 1 - _freeCount;

    /// <summary>Grows at least ten times a second while the loop is alive; readable from any thread.</summary>
    internal long Turns => Volatile.Read(ref _turns);

    /// <summary>True on the loop's own thread.</summary>
    internal bool IsCurrent => ReferenceEquals(Thread.CurrentThread, _thread);

    /// <summary>Starts the thread.</summary>
    internal void Start()
    {
        new PoolTrimmer(this).Begin();
        _thread = new Thread(Run) { Name = $"loop-{Number}", IsBackground = true };
        _thread.Start();
    }

    /// <summary>Runs the action on the loop soon. From any thread; in order per caller.</summary>
    internal void Post(Action action)
    {
        _posted.Enqueue(action);
        // The loop's own thread looks at the queue before it sleeps.
        if (IsCurrent || Interlocked.Exchange(ref _wakePending, 1) != 0) return;
        ulong one = 1;
        // SAFETY: eight bytes of this frame. The only failure, EAGAIN, means that the counter is already set.
        _ = Libc.Write(_wake, &one, sizeof(ulong));
    }

    /// <summary>Continues the caller on the loop: `await loop.Switch()`.</summary>
    internal LoopSwitch Switch() => new(this);

    /// <summary>Adds a source with the epoll flags it wants.</summary>
    /// <exception cref="Win32Exception">The kernel refused (memory, watch limit).</exception>
    internal void Register(LoopSource source, uint flags)
    {
        Adopt(source);
        if (TryWatch(source, flags)) return;
        var error = new Win32Exception();
        Release(source);
        throw error;
    }

    /// <summary>Takes a source into the loop's care without asking the kernel for its events yet.</summary>
    internal void Adopt(LoopSource source)
    {
        int slot = _freeCount > 0 ? _freeSlots[--_freeCount] : TakeNewSlot();
        _slots[slot] = source;
        source.Token = ((ulong)_generations[slot] << 32) | (uint)slot;
    }

    /// <summary>Asks for the events of an adopted source; what holds already is reported at once. False: the kernel refused.</summary>
    internal bool TryWatch(LoopSource source, uint flags)
    {
        // SAFETY: as in the constructor.
        var request = new EpollEvent { Events = flags, Token = source.Token };
        return Libc.EpollControl(_epoll, Linux.EpollAdd, source.Descriptor, &request) >= 0;
    }

    /// <summary>Has the connection watched in a few turns' time, unless it is closed by then.</summary>
    internal void WatchSoon(Connection connection) => _unwatched.Enqueue((connection, _turns + UnwatchedTurns));

    /// <summary>Asks for other events; one that holds already is reported anew.</summary>
    internal void Modify(LoopSource source, uint flags)
    {
        // SAFETY: as in the constructor.
        var request = new EpollEvent { Events = flags, Token = source.Token };
        Check(Libc.EpollControl(_epoll, Linux.EpollModify, source.Descriptor, &request), "epoll_ctl");
    }

    /// <summary>Takes a source out of the epoll set and keeps its descriptor open.</summary>
    internal void Unregister(LoopSource source)
    {
        _ = Libc.EpollControl(_epoll, Linux.EpollDelete, source.Descriptor, null);
        Release(source);
    }

    /// <summary>Forgets a source whose descriptor is about to be closed (closing takes it out of the epoll set).</summary>
    internal void Release(LoopSource source)
    {
        int slot = (int)(uint)source.Token;
        if (!ReferenceEquals(_slots[slot], source)) return;
        _slots[slot] = null;
        _generations[slot]++;
        if (_freeCount == _freeSlots.Length) Array.Resize(ref _freeSlots, _freeCount * 2);
        _freeSlots[_freeCount++] = slot;
    }

    /// <summary>The sources of one kind, for draining and for status; a copy.</summary>
    internal List<T> Sources<T>()
        where T : LoopSource => [.. _slots.OfType<T>()];

    /// <summary>Ends the loop; closes every source. Waits for the thread.</summary>
    public void Dispose()
    {
        if (_stopping) return;
        _stopping = true;
        if (_thread is null)
        {
            CloseAll();
            return;
        }

        Post(static () => { });
        if (!IsCurrent) _thread.Join();
    }

    private void Run()
    {
        while (!_stopping)
        {
            Turn();
        }

        CloseAll();
    }

    private void Turn()
    {
        RunPosted();
        WatchDue();
        SendGathered();
        // SAFETY: the array is pinned and EventBatch long.
        fixed (EpollEvent* events = _events)
        {
            int count = Libc.EpollWait(_epoll, events, EventBatch, _posted.IsEmpty ? IdleWaitMs : 0);
            NowNs = ReadClockNs();
            // First what the kernel has for a few connections, then what is done with it: two kinds of code that would throw each other out of
            // the processor's caches at every event.
            for (int first = 0; first < count; first += EventGroup)
            {
                int end = Math.Min(first + EventGroup, count);
                for (int i = first; i < end; i++) ReceiveAhead(events[i]);
                for (int i = first; i < end; i++) Dispatch(events[i]);
            }
        }

        Timers.Advance(NowNs);
        Volatile.Write(ref _turns, _turns + 1);
    }

    /// <summary>Has the writer asked for what it owes before the loop sleeps again.</summary>
    internal void Gather(ConnectionWriter writer)
    {
        _gathered[_gatheredCount++] = writer;
        if (_gatheredCount == GatherLimit) SendGathered();
    }

    private void SendGathered()
    {
        for (int i = 0; i < _gatheredCount; i++)
        {
            ConnectionWriter writer = _gathered[i];
            _gathered[i] = null!;
            try
            {
                writer.OnGathered();
            }
            catch (Exception error)
            {
                // What could not be sent is dropped when its connection ends; the others' must go all the same.
                ProxyLog.HandlerFailed(_log, error);
            }
        }

        _gatheredCount = 0;
    }

    private void WatchDue()
    {
        while (_unwatched.TryPeek(out (Connection Connection, long Turn) next) && next.Turn <= _turns)
        {
            _ = _unwatched.Dequeue();
            next.Connection.EnsureWatched();
        }
    }

    private void ReceiveAhead(EpollEvent ready)
    {
        if ((ready.Events & Linux.EpollIn) == 0) return;
        if (_slots[(int)(uint)ready.Token] is not Connection connection || connection.Token != ready.Token) return;
        try
        {
            connection.Reader.ReceiveAhead((ready.Events & Linux.EpollReadHangUp) != 0);
        }
        catch (Exception error)
        {
            // As in Dispatch.
            ProxyLog.HandlerFailed(_log, error);
            connection.CloseNow();
        }
    }

    private void Dispatch(EpollEvent ready)
    {
        if (ready.Token == 0)
        {
            _ = TakeWake();
            Volatile.Write(ref _wakePending, 0);
            return;
        }

        int slot = (int)(uint)ready.Token;
        // The token carries the generation; asked of the source, which is needed anyway, it costs no memory of its own.
        if (_slots[slot] is not { } source || source.Token != ready.Token) return;
        try
        {
            source.OnEvents(ready.Events);
        }
        catch (Exception error)
        {
            // A bug in one connection's code must not end the others: it is logged, and the connection is closed.
            ProxyLog.HandlerFailed(_log, error);
            source.CloseNow();
        }
    }

    private void RunPosted()
    {
        // Bounded by what was there at the beginning: an action that posts again does not starve the sockets.
        for (int left = _posted.Count; left > 0 && _posted.TryDequeue(out Action? action); left--)
        {
            try
            {
                action();
            }
            catch (Exception error)
            {
                ProxyLog.HandlerFailed(_log, error);
            }
        }
    }

    private int TakeNewSlot()
    {
        if (_usedSlots == _slots.Length)
        {
            Array.Resize(ref _slots, _usedSlots * 2);
            Array.Resize(ref _generations, _usedSlots * 2);
        }

        return _usedSlots++;
    }

    private void CloseAll()
    {
        RunPosted();
        SendGathered();
        // Closing one source may make its handler open another, as when a server's end is answered with a try at the next.
        for (int round = 0; round < CloseRounds && Sources<LoopSource>() is { Count: > 0 } left; round++)
        {
            foreach (LoopSource source in left) source.CloseNow();
        }

        Pipes.Dispose();
        CloseWake();
        _ = Libc.Close(_epoll);
    }

    /// <summary>
    /// Closes the waker so that no late Post writes to its number, which somebody else's file may have by then: the flag stays up for good,
    /// and whoever had raised it before is waited for.
    /// </summary>
    private void CloseWake()
    {
        bool raised = Interlocked.Exchange(ref _wakePending, 1) != 0;
        if (raised && !SpinWait.SpinUntil(TakeWake, WakeGraceMs)) return;
        _ = Libc.Close(_wake);
    }

    private bool TakeWake()
    {
        ulong count;
        // SAFETY: eight bytes of this frame.
        return Libc.Read(_wake, &count, sizeof(ulong)) > 0;
    }

    private long ReadClockNs()
    {
        long timestamp = _time.GetTimestamp();
        return _time.TimestampFrequency == 1_000_000_000
            ? timestamp
            : (long)((Int128)timestamp * 1_000_000_000 / _time.TimestampFrequency);
    }

    private static int Check(int result, string call) =>
        result >= 0 ? result : throw new InvalidOperationException($"{call}: {new Win32Exception().Message}");
}
