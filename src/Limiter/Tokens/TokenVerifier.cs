namespace Appliance.Limiter.Tokens;

/// <summary>
/// Verifies compact tokens (RFC 7519 section 7.2, RFC 7515 section 5.2) for one lane. Hostile input comes to a bad verdict, never to an exception.
/// What is cheap is looked at first: an expired token costs no signature check.
/// </summary>
internal sealed class TokenVerifier : IDisposable
{
    /// <summary>Longer tokens are bad unseen. Servers limit whole request heads to about this.</summary>
    public const int MaxTokenBytes = 16 * 1024;

    /// <summary>How many keys are tried for a token that does not say which one signed it.</summary>
    public const int MaxAttempts = 8;

    /// <summary>Estimated microseconds of all attempts.</summary>
    public const int MaxSpentUs = MaxAttempts * SignatureVerifier.MaxCostUs;

    private readonly SignatureVerifier[] _keys;
    private readonly ClaimChecks _checks;
    private readonly ClaimNames _names;
    private readonly byte[] _header = new byte[MaxTokenBytes];
    private readonly byte[] _payload = new byte[MaxTokenBytes];
    private readonly byte[] _signature = new byte[Base64UrlText.MaxDecoded(MaxTokenBytes)];

    public TokenVerifier(JwtSettings settings, ClaimNames names)
    {
        _keys = [.. settings.Keys.Keys.Select(key => new SignatureVerifier(key))];
        _checks = new ClaimChecks(settings);
        _names = names;
    }

    /// <summary>The longest block that <see cref="Verify"/> writes.</summary>
    public int MaxBlockLength => ClaimBlock.MaxLength(_names.Count, MaxTokenBytes);

    /// <param name="token">What stands behind `Bearer`; at most <see cref="MaxTokenBytes"/>.</param>
    /// <param name="nowMs">UTC in Unix milliseconds.</param>
    /// <param name="block">Takes the claims of a good token; <see cref="MaxBlockLength"/> long.</param>
    /// <param name="mayCheckSignature">False: a token that only its signature could refuse is <see cref="TokenVerdict.Skipped"/>.</param>
    public TokenVerdict Verify(ReadOnlySpan<byte> token, long nowMs, Span<byte> block, bool mayCheckSignature)
    {
        int first = token.IndexOf((byte)'.');
        int last = token.LastIndexOf((byte)'.');
        if (token.Length > MaxTokenBytes || first < 0 || last == first || token[(first + 1)..last].IndexOf((byte)'.') >= 0) return TokenVerdict.Bad;

        var registered = new RegisteredClaims();
        if (!Base64UrlText.TryDecode(token[(first + 1)..last], _payload, out int payloadLength)) return TokenVerdict.Bad;
        if (!TokenPayload.TryRead(_payload.AsSpan(0, payloadLength), _names, block, out int length, ref registered, out bool areTimesWellFormed)) return TokenVerdict.Bad;
        if (_keys.Length == 0) return new TokenVerdict(true, length, long.MaxValue);

        if (!areTimesWellFormed) return TokenVerdict.Bad;
        if (!_checks.Accepts(in registered, nowMs, out long holdsUntilMs)) return TokenVerdict.Bad with { HoldsUntilMs = holdsUntilMs };
        if (!mayCheckSignature) return TokenVerdict.Skipped;
        return IsSigned(token, first, last, out int spentUs) ? new TokenVerdict(true, length, holdsUntilMs) : TokenVerdict.Bad with { SpentUs = spentUs };
    }

    public void Dispose()
    {
        foreach (SignatureVerifier key in _keys) key.Dispose();
    }

    private bool IsSigned(ReadOnlySpan<byte> token, int first, int last, out int spentUs)
    {
        spentUs = 0;
        Span<byte> keyId = stackalloc byte[JoseHeader.MaxKeyIdBytes];
        if (!Base64UrlText.TryDecode(token[..first], _header, out int headerLength)) return false;
        if (!JoseHeader.TryParse(_header.AsSpan(0, headerLength), keyId, out JoseHeader header)) return false;
        if (!Base64UrlText.TryDecode(token[(last + 1)..], _signature, out int signatureLength) || signatureLength > SignatureVerifier.MaxSignatureBytes) return false;

        int attempts = 0;
        foreach (SignatureVerifier key in _keys)
        {
            if (!key.Key.Fits(header.Algorithm, header.KeyId)) continue;
            spentUs += key.CostUs;
            if (key.Verifies(header.Algorithm, token[..last], _signature.AsSpan(0, signatureLength))) return true;
            if (++attempts == MaxAttempts) return false;
        }

        return false;
    }
}
