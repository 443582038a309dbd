namespace Appliance.Proxy.Layer7;

/// <summary>
/// Counts the requests of all loops that a policy has told to wait (policies.md A12): each holds its connection and its head, so there is a
/// bound. Thread-safe.
/// </summary>
internal sealed class DelayedRequests
{
    private int _count;
    private int _limit;

    /// <summary>More are rejected; 0: all.</summary>
    internal int Limit
    {
        get => Volatile.Read(ref _limit);
        set => Volatile.Write(ref _limit, value);
    }

    /// <summary>Requests that wait.</summary>
    internal int Count => Volatile.Read(ref _count);

    /// <summary>A request wants to wait; false: too many do. Given back by <see cref="Leave"/>.</summary>
    internal bool TryEnter()
    {
        if (Interlocked.Increment(ref _count) <= Limit) return true;
        Interlocked.Decrement(ref _count);
        return false;
    }

    /// <summary>It waits no longer.</summary>
    internal void Leave() => Interlocked.Decrement(ref _count);
}
