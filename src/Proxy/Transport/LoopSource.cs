namespace Appliance.Proxy.Transport;

/// <summary>Something with a descriptor in a loop's epoll set. Touched by its loop's thread only.</summary>
internal abstract class LoopSource(EventLoop loop)
{
    /// <summary>The loop that owns it from birth to close.</summary>
    internal EventLoop Loop { get; } = loop;

    /// <summary>The descriptor; -1 once closed.</summary>
    internal int Descriptor { get; private protected set; } = -1;

    /// <summary>Slot and generation given by the loop; an event with another generation is for a former owner of the slot.</summary>
    internal ulong Token { get; set; }

    /// <summary>Epoll flags as the kernel reported them, edge-triggered unless registered otherwise.</summary>
    internal abstract void OnEvents(uint events);

    /// <summary>Closes at once: used when the loop ends.</summary>
    internal abstract void CloseNow();
}
