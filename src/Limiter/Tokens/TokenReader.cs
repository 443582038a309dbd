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
    private readonly byte[] _block;

    /// <param name="settings">With the keys.</param>
    /// <param name="names">The claims that are kept.</param>
    /// <param name="hash">May be shared by all lanes.</param>
    /// <param name="cacheEntries">How many verdicts are held.</param>
    public TokenReader(JwtSettings settings, ClaimNames names, TokenHash hash, int cacheEntries = DefaultCacheEntries)
    {
        _hash = hash;
        _verifier = new TokenVerifier(settings, names);
        _block = new byte[_verifier.MaxBlockLength];
        _cache = new TokenCache(cacheEntries, _block.Length);
    }

    /// <summary>The claims of a request; they live until the next call.</summary>
    /// <param name="authorization">The header's value without surrounding blanks, empty when there is none.</param>
    /// <param name="nowMs">UTC in Unix milliseconds.</param>
    public TokenClaims Read(scoped ReadOnlySpan<byte> authorization, long nowMs)
    {
        if (!BearerToken.TryFind(authorization, out ReadOnlySpan<byte> token)) return new TokenClaims(TokenStatus.Absent, default);
        if (token.Length > TokenVerifier.MaxTokenBytes) return new TokenClaims(TokenStatus.Invalid, default);
        TokenDigest digest = _hash.Of(token);
        if (!_cache.TryFind(in digest, nowMs, out bool isGood, out ReadOnlySpan<byte> claims)) return Verify(token, in digest, nowMs);
        return new TokenClaims(isGood ? TokenStatus.Good : TokenStatus.Invalid, claims);
    }

    public void Dispose() => _verifier.Dispose();

    private TokenClaims Verify(scoped ReadOnlySpan<byte> token, scoped in TokenDigest digest, long nowMs)
    {
        TokenVerdict verdict = _verifier.Verify(token, nowMs, _block);
        if (verdict.IsGood)
            return new TokenClaims(TokenStatus.Good, _cache.AddGood(in digest, nowMs, verdict.HoldsUntilMs, _block.AsSpan(0, verdict.BlockLength)));

        _cache.AddBad(in digest, nowMs, verdict.HoldsUntilMs);
        return new TokenClaims(TokenStatus.Invalid, default);
    }
}
