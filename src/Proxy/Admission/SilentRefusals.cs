using Appliance.Proxy.Interop;
using Appliance.Proxy.Transport;

namespace Appliance.Proxy.Admission;

/// <summary>
/// `on_limit: drop` for connections that the kernel has completed already, as it has before accept. A filter on the socket swallows whatever the
/// client sends, so that nothing is acknowledged, and the socket is held, unread, for a while: the client sees a peer that has gone silent. At the
/// end it is closed without FIN or RST where the process may do that (TCP_REPAIR, CAP_NET_ADMIN), else with a RST. Bounded: the one held longest
/// makes room. What the client sends after the end meets no socket and gets a RST from the kernel; only the offload drops for longer.
/// One for each loop and listener.
/// </summary>
internal sealed class SilentRefusals(EventLoop loop) : LoopTimer
{
    internal const int Capacity = 256;

    /// <summary>Longer than clients wait for an answer to their first bytes.</summary>
    internal const long HoldNs = 30_000_000_000;

    private readonly (int Descriptor, long UntilNs)[] _held = new (int, long)[Capacity];
    private int _first;

    /// <summary>Sockets held now.</summary>
    internal int Count { get; private set; }

    /// <summary>Takes an accepted socket over.</summary>
    internal void Hold(int descriptor)
    {
        SocketOptions.SetDropAllFilter(descriptor);
        if (Count == Capacity) CloseFirst();
        _held[(_first + Count++) % Capacity] = (descriptor, loop.NowNs + HoldNs);
        if (DeadlineNs == long.MaxValue) loop.Timers.Arm(this, _held[_first].UntilNs);
    }

    /// <summary>Closes all; the listener is gone.</summary>
    internal void CloseAll()
    {
        loop.Timers.Cancel(this);
        while (Count > 0) CloseFirst();
    }

    /// <inheritdoc/>
    internal override void OnDeadline(long nowNs)
    {
        while (Count > 0 && _held[_first].UntilNs <= nowNs) CloseFirst();
        if (Count > 0) loop.Timers.Arm(this, _held[_first].UntilNs);
    }

    private void CloseFirst()
    {
        int descriptor = _held[_first].Descriptor;
        _first = (_first + 1) % Capacity;
        Count--;
        if (!SocketOptions.TrySetSilentClose(descriptor)) SocketOptions.SetAbortiveClose(descriptor);
        _ = Libc.Close(descriptor);
    }
}
