namespace Appliance.Limiter;

/// <summary>`global_shadow` or `kill_switch_override` of a bundle, enabled (part B section 1.8).</summary>
/// <param name="Reason">Why, 1 to 256 characters; for logs and status.</param>
/// <param name="ExpiresAt">When it ends by itself.</param>
public sealed record RuntimeOverride(string Reason, DateTimeOffset ExpiresAt)
{
    private readonly long _expiresAtSeconds = ExpiresAt.ToUnixTimeSeconds();

    /// <summary>True before the second of its expiry.</summary>
    /// <param name="unixSeconds">Wall-clock time.</param>
    public bool IsActiveAt(long unixSeconds) => unixSeconds < _expiresAtSeconds;
}
