namespace Appliance.Limiter;

/// <summary>Decides whether a request may pass.</summary>
public sealed class PolicyEngine
{
    /// <summary>Makes an engine without a bundle.</summary>
    /// <param name="table">Where the buckets are; must outlive the engine.</param>
    /// <param name="lanes">Number of callers; each has its own number.</param>
    public PolicyEngine(LimiterTable table, int lanes) => throw new NotSupportedException();

    /// <summary>The bundle in force; null before the first <see cref="Apply"/>.</summary>
    public PolicySnapshot? Current => throw new NotSupportedException();

    /// <summary>Puts a bundle in force, atomically for every later decision. Thread-safe.</summary>
    public void Apply(PolicySnapshot snapshot) => throw new NotSupportedException();

    /// <summary>Decides and consumes. Thread-safe; allocates nothing; never throws.</summary>
    /// <param name="request">What is known of the request.</param>
    /// <param name="nowNs">Monotonic nanoseconds.</param>
    /// <param name="lane">The caller's number, 0 .. lanes-1: one lane is used by one thread at a time.</param>
    public Decision Decide<TRequest>(scoped ref readonly TRequest request, long nowNs, int lane)
        where TRequest : struct, IRequestView, allows ref struct => throw new NotSupportedException();

    /// <summary>Totals over all lanes. Thread-safe.</summary>
    public PolicyStatistics GetStatistics() => throw new NotSupportedException();
}
