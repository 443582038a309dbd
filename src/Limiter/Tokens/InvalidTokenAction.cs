namespace Appliance.Limiter.Tokens;

/// <summary>`policies.jwt.on_invalid`: what happens to a request whose token is no good.</summary>
public enum InvalidTokenAction
{
    /// <summary>Its claims read `__invalid__`, and rules decide.</summary>
    Sentinel,

    /// <summary>It is rejected where a rule asks for a claim.</summary>
    Reject,
}
