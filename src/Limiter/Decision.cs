namespace Appliance.Limiter;

/// <summary>The answer of the policy engine.</summary>
public readonly struct Decision
{
    /// <summary>True: the request may go on.</summary>
    public bool Allowed { get; init; }
}
