namespace Appliance.Limiter;

/// <summary>
/// Counts the requests of all loops that a policy has told to wait (policies.md A12): each holds its connection and its head, so there is a
/// bound. Thread-safe.
/// </summary>
public sealed class DelayedRequests
{
    private int _count;
    private int _limit;

    /// <summary>More are rejected; 0: all.</summary>
    public int Limit
    {
        get => Volatile.Read(ref _limit);
        set => Volatile.Write(ref _limit, value);
    }

    /// <summary>Requests that wait.</summary>
    public int Count => Volatile.Read(ref _count);

    /// <summary>A request wants to wait; false: too many do. Given back by <see cref="Leave"/>.</summary>
    public bool TryEnter()
    {
        if (Interlocked.Increment(ref _count) <= Limit) return true;
        Interlocked.Decrement(ref _count);
        return false;
    }

    /// <summary>It waits no longer.</summary>
    public void Leave() => Interlocked.Decrement(ref _count);
}
