using System.Collections.Immutable;

namespace Appliance.Configuration;

/// <summary>The `policies.jwt` section. Immutable.</summary>
internal sealed record JwtConfig
{
    /// <summary>Empty together with no <see cref="JwksFile"/>: claims are read unverified.</summary>
    public ImmutableArray<JwtKeyConfig> Keys { get; init; } = [];

    /// <summary>A JWK set (RFC 7517 section 5); null: none.</summary>
    public string? JwksFile { get; init; }

    /// <summary>What `iss` must be; null: anything.</summary>
    public string? Issuer { get; init; }

    /// <summary>What `aud` must be or hold; null: anything.</summary>
    public string? Audience { get; init; }

    /// <summary>How far the issuer's clock may be off.</summary>
    public TimeSpan Leeway { get; init; }

    /// <summary>A bad token is rejected where a policy looks at claims, instead of reading `__invalid__`.</summary>
    public bool RejectsInvalid { get; init; }
}
