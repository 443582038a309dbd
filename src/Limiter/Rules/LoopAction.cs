namespace Appliance.Limiter.Rules;

/// <summary>What happens to a request that repeats itself too often.</summary>
internal enum LoopAction
{
    Reject,

    /// <summary>Delayed by 100 ms for each repetition, at most 30 s.</summary>
    Throttle,
    Warn,
}
