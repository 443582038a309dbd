namespace Appliance.Limiter.Rules;

/// <summary>What a rule does when a limit key is missing from the request (policies.md A4).</summary>
internal enum MissingKeyAction
{
    /// <summary>The rule is not evaluated.</summary>
    Skip,

    /// <summary>All requests without the value share one bucket.</summary>
    Shared,

    /// <summary>The request is rejected.</summary>
    Reject,
}
