namespace Appliance.Limiter.Tokens;

/// <summary>A verdict that was reached before. The default value is an entry that never answers.</summary>
internal struct TokenCacheEntry
{
    public TokenDigest Digest;

    /// <summary>Unix milliseconds; the verdict is not used from then on.</summary>
    public long HoldsUntilMs;

    /// <summary>Where the claims lie, counted over all that was ever written to the ring.</summary>
    public long Position;

    /// <summary>How long they are, <see cref="TokenCache.BadToken"/> for a bad token.</summary>
    public int Length;
}
