using System.Runtime.CompilerServices;

namespace Appliance.Proxy.Transport;

/// <summary>Awaitable that continues on a loop's thread; complete at once when already there.</summary>
internal readonly struct LoopSwitch(EventLoop loop) : ICriticalNotifyCompletion
{
    /// <summary>True when no hop is needed.</summary>
    public bool IsCompleted => loop.IsCurrent;

    /// <summary>The awaiter is the struct itself.</summary>
    public LoopSwitch GetAwaiter() => this;

    /// <inheritdoc/>
    public void OnCompleted(Action continuation) => loop.Post(continuation);

    /// <inheritdoc/>
    public void UnsafeOnCompleted(Action continuation) => loop.Post(continuation);

    /// <summary>Nothing to return.</summary>
    public void GetResult()
    {
    }
}
