namespace Appliance.Limiter;

/// <summary>What happened to one policy as a whole.</summary>
/// <param name="Policy">Policy id.</param>
/// <param name="Evaluations">Requests that it selected and that came to it: none before it had rejected them.</param>
/// <param name="Loops">Requests at or above the threshold of its loop detection, whatever became of them.</param>
public sealed record PolicyCount(string Policy, long Evaluations, long Loops)
{
    /// <summary>
    /// UTC in milliseconds since 1970 until which its spend breaker is open for at least one key, as the last request that met it open knew; 0: never
    /// seen open; <see cref="long.MaxValue"/>: it does not close by itself.
    /// </summary>
    public long BreakerOpenUntilMs { get; init; }

    /// <summary>True when it has a spend breaker.</summary>
    public bool HasBreaker { get; init; }
}
