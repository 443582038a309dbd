namespace Appliance.Limiter.Tokens;

/// <summary>
/// One lane's way from an Authorization header to claims: a digest and a look into the cache, or once per token a verification. Belongs to one thread
/// at a time. A reader is made for one set of keys and one set of claims; when either changes, a new one takes its place, so that no verdict outlives
/// the key it was reached with. Neither way throws or takes a lock.
/// </summary>
internal sealed class TokenReader : IDisposable
{
    /// <summary>Verdicts held per lane; with their claims about 1.7 MB.</summary>
    public const int DefaultCacheEntries = 8192;

    private readonly TokenHash _hash;
    private readonly TokenVerifier _verifier;
    private readonly TokenCache _cache;
    private readonly VerificationBudget _budget;
    private readonly byte[] _block;
    private TokenCacheEntry _latestBad;

    /// <param name="settings">With the keys.</param>
    /// <param name="names">The claims that are kept.</param>
    /// <param name="hash">May be shared by all lanes.</param>
    /// <param name="budget">The lane's.</param>
    /// <param name="cacheEntries">How many verdicts are held.</param>
    public TokenReader(JwtSettings settings, ClaimNames names, TokenHash hash, VerificationBudget budget, int cacheEntries = DefaultCacheEntries)
    {
        _hash = hash;
        _budget = budget;
        _verifier = new TokenVerifier(settings, names);
        _block = new byte[_verifier.MaxBlockLength];
        _cache = new TokenCache(cacheEntries, _block.Length);
    }

    /// <summary>The claims of a request; they live until the next call.</summary>
    /// <param name="authorization">The header's value without surrounding blanks, empty when there is none.</param>
    /// <param name="client">Who sent it.</param>
    /// <param name="nowMs">UTC in Unix milliseconds.</param>
    public TokenClaims Read(scoped ReadOnlySpan<byte> authorization, ClientAddress client, long nowMs)
    {
        if (!BearerToken.TryFind(authorization, out ReadOnlySpan<byte> token)) return new TokenClaims(TokenStatus.Absent, default);
        if (token.Length > TokenVerifier.MaxTokenBytes) return new TokenClaims(TokenStatus.Invalid, default);
        TokenDigest digest = _hash.Of(token);
        if (!_cache.TryFind(in digest, nowMs, out bool isGood, out ReadOnlySpan<byte> claims)) return Verify(token, in digest, client, nowMs);
        return new TokenClaims(isGood ? TokenStatus.Good : TokenStatus.Invalid, claims);
    }

    public void Dispose() => _verifier.Dispose();

    private TokenClaims Verify(scoped ReadOnlySpan<byte> token, scoped in TokenDigest digest, ClientAddress client, long nowMs)
    {
        // The cache may have no room for a bad token, and a request is asked for several claims.
        if (_latestBad.Digest == digest && nowMs < _latestBad.HoldsUntilMs) return new TokenClaims(TokenStatus.Invalid, default);
        TokenVerdict verdict = _verifier.Verify(token, nowMs, _block, _budget.Allows(client, nowMs));
        if (verdict.IsGood)
        {
            _budget.CountGood();
            return new TokenClaims(TokenStatus.Good, _cache.AddGood(in digest, nowMs, verdict.HoldsUntilMs, _block.AsSpan(0, verdict.BlockLength)));
        }

        if (verdict == TokenVerdict.Skipped)
        {
            _budget.CountSkipped();
            _latestBad = new TokenCacheEntry { Digest = digest, HoldsUntilMs = nowMs + 1 };
            return new TokenClaims(TokenStatus.Invalid, default);
        }

        _budget.CountBad(client, verdict.SpentUs, nowMs);
        _cache.AddBad(in digest, nowMs, verdict.HoldsUntilMs);
        _latestBad = new TokenCacheEntry { Digest = digest, HoldsUntilMs = verdict.HoldsUntilMs };
        return new TokenClaims(TokenStatus.Invalid, default);
    }
}
