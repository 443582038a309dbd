namespace Appliance.Limiter;

/// <summary>Whose names headers and metrics carry (policies.md A9).</summary>
public enum PolicyCompatibility
{
    /// <summary>Our own.</summary>
    None,

    /// <summary>Those of Fairvisor, beside our own metrics.</summary>
    Fairvisor,
}
