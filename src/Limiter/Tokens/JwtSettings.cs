namespace Appliance.Limiter.Tokens;

/// <summary>`policies.jwt` (policies.md A5) with its key files read. Immutable.</summary>
public sealed record JwtSettings
{
    /// <summary>What tokens may be signed with. Without keys claims are read unverified: neither signature nor times, issuer or audience are looked at.</summary>
    public JwtKeySet Keys { get; init; } = JwtKeySet.Empty;

    /// <summary>What `iss` must be (RFC 7519 section 4.1.1); null or empty: not asked.</summary>
    public string? Issuer { get; init; }

    /// <summary>What `aud` must be or hold (section 4.1.3); null or empty: not asked.</summary>
    public string? Audience { get; init; }

    /// <summary>How far the issuer's clock may be from ours, for `exp` and `nbf`. Not negative; minutes at most (section 4.1.4).</summary>
    public TimeSpan Leeway { get; init; }

    /// <summary>What the engine does with a bad token; reading a token does not depend on it.</summary>
    public InvalidTokenAction OnInvalid { get; init; }
}
