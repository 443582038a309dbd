using Appliance.Proxy.Interop;
using Appliance.Proxy.Transport;

namespace Appliance.Proxy.Listeners;

/// <summary>One listening socket on one loop; with SO_REUSEPORT each loop has its own and the kernel spreads connections over them.</summary>
internal sealed class ListenSocket : LoopSource
{
    /// <summary>Connections taken per turn, so that an accept storm does not starve the connections that exist.</summary>
    private const int AcceptBatch = 64;

    private const long PauseNs = 100_000_000;

    private readonly Listener _listener;
    private readonly PauseTimer _pause;

    internal ListenSocket(EventLoop loop, Listener listener, int descriptor)
        : base(loop)
    {
        Descriptor = descriptor;
        _listener = listener;
        _pause = new PauseTimer(this);
    }

    /// <summary>Begins to accept. On the loop.</summary>
    internal void Open() => Loop.Register(this, Linux.EpollIn);

    /// <inheritdoc/>
    internal override void OnEvents(uint events)
    {
        for (int i = 0; i < AcceptBatch && Descriptor >= 0; i++)
        {
            int accepted = Sockets.Accept(Descriptor, out SocketAddress remote);
            if (accepted < 0)
            {
                OnAcceptError(-accepted);
                return;
            }

            _listener.OnAccepted(Loop, accepted, remote);
        }
    }

    /// <inheritdoc/>
    internal override void CloseNow()
    {
        if (Descriptor < 0) return;
        Loop.Timers.Cancel(_pause);
        Loop.Release(this);
        _ = Libc.Close(Descriptor);
        Descriptor = -1;
    }

    /// <summary>Takes what the kernel has completed already: closing resets it otherwise.</summary>
    internal void AcceptLastAndClose()
    {
        OnEvents(Linux.EpollIn);
        CloseNow();
    }

    /// <summary>Out of descriptors or memory: a level-triggered listener would spin, so it pauses; the backlog keeps the clients.</summary>
    private void OnAcceptError(int error)
    {
        if (error is not (Linux.ErrTooManyFiles or Linux.ErrFileTableFull or Linux.ErrNoBuffers or Linux.ErrNoMemory)) return;
        Loop.Unregister(this);
        Loop.Timers.Arm(_pause, Loop.NowNs + PauseNs);
        _listener.OnAcceptPaused(error);
    }

    private sealed class PauseTimer(ListenSocket socket) : LoopTimer
    {
        internal override void OnDeadline(long nowNs)
        {
            if (socket.Descriptor >= 0) socket.Open();
        }
    }
}
