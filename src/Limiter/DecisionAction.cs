namespace Appliance.Limiter;

/// <summary>What is to be done with a request.</summary>
public enum DecisionAction
{
    /// <summary>It goes on.</summary>
    Allow,

    /// <summary>It goes on after <see cref="Decision.DelayMs"/>.</summary>
    Throttle,

    /// <summary>It is answered here.</summary>
    Reject,
}
