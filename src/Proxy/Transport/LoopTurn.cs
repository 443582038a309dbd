using System.Runtime.CompilerServices;

namespace Appliance.Proxy.Transport;

/// <summary>Awaitable that continues in the loop's next turn: whoever has much to do lets the others have theirs in between.</summary>
internal readonly struct LoopTurn(EventLoop loop) : ICriticalNotifyCompletion
{
    /// <summary>Never: the point is to wait.</summary>
    public bool IsCompleted => false;

    /// <summary>The awaiter is the struct itself.</summary>
    public LoopTurn GetAwaiter() => this;

    /// <inheritdoc/>
    public void OnCompleted(Action continuation) => loop.Post(continuation);

    /// <inheritdoc/>
    public void UnsafeOnCompleted(Action continuation) => loop.Post(continuation);

    /// <summary>Nothing to return.</summary>
    public void GetResult()
    {
    }
}
