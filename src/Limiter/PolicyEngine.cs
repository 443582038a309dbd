namespace Appliance.Limiter;

/// <summary>Decides whether a request may pass.</summary>
public sealed class PolicyEngine
{
    /// <summary>Decides and consumes. Thread-safe; allocates nothing; never throws.</summary>
    /// <param name="request">What is known of the request.</param>
    /// <param name="nowNs">Monotonic nanoseconds.</param>
    /// <param name="lane">The caller's number, 0 .. lanes-1: statistics of one lane have a single writer.</param>
    public Decision Decide<TRequest>(scoped ref readonly TRequest request, long nowNs, int lane)
        where TRequest : struct, IRequestView, allows ref struct => throw new NotSupportedException();
}
