namespace Appliance.Limiter.Tokens;

/// <summary>What verifying a token came to.</summary>
/// <param name="IsGood">Whether its claims count.</param>
/// <param name="BlockLength">How many bytes of claims it has when it is good.</param>
/// <param name="HoldsUntilMs">Unix milliseconds from which on it must be verified again: it expires then, or becomes valid.</param>
/// <param name="SpentUs">Estimated microseconds that went into its signature.</param>
internal readonly record struct TokenVerdict(bool IsGood, int BlockLength, long HoldsUntilMs, int SpentUs = 0)
{
    /// <summary>A token that no time will mend.</summary>
    public static TokenVerdict Bad { get; } = new(false, 0, long.MaxValue);

    /// <summary>Its signature was not looked at, because nobody may look at this moment.</summary>
    public static TokenVerdict Skipped { get; } = new(false, 0, long.MinValue);
}
