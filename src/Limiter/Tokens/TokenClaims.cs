namespace Appliance.Limiter.Tokens;

/// <summary>The claims of one request. Lives until the lane reads the next token.</summary>
/// <param name="status">What the token came to.</param>
/// <param name="block">A <see cref="ClaimBlock"/> when it is good.</param>
internal readonly ref struct TokenClaims(TokenStatus status, ReadOnlySpan<byte> block)
{
    private readonly ReadOnlySpan<byte> _block = block;

    public TokenStatus Status { get; } = status;

    /// <summary>What every claim of a bad token reads as, an ordinary value that `match` can name (policies.md A4).</summary>
    public static ReadOnlySpan<byte> Sentinel => "__invalid__"u8;

    /// <summary>The claim's value: text of strings, numbers as written, `true` or `false`; "" for null, arrays and objects.</summary>
    /// <param name="claim">From <see cref="ClaimNames.IndexOf(ReadOnlySpan{byte})"/>.</param>
    public ReadOnlySpan<byte> ValueOf(int claim) => Status switch
    {
        TokenStatus.Good => ClaimBlock.ValueOf(_block, claim),
        TokenStatus.Invalid => Sentinel,
        _ => default,
    };
}
