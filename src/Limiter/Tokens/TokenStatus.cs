namespace Appliance.Limiter.Tokens;

/// <summary>What a request's token came to.</summary>
internal enum TokenStatus
{
    /// <summary>The request brings no bearer token: every claim is "".</summary>
    Absent,

    /// <summary>Claims are those of the token; one that it lacks is "".</summary>
    Good,

    /// <summary>Malformed, expired, not yet valid, for somebody else, or wrongly signed: every claim is `__invalid__`.</summary>
    Invalid,
}
