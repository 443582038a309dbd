namespace Appliance.Limiter;

/// <summary>Tokens that passed an LLM rule.</summary>
/// <param name="Policy">Policy id.</param>
/// <param name="Rule">Rule name.</param>
/// <param name="Reserved">Set aside by decisions, requests among them that another rule rejected afterwards.</param>
/// <param name="Estimated">Of <paramref name="Reserved"/>, those whose responses were settled.</param>
/// <param name="Actual">Used by the same responses.</param>
/// <param name="Unused">Given back at settlement.</param>
public sealed record LlmTokenCount(string Policy, string Rule, long Reserved, long Estimated, long Actual, long Unused)
{
    /// <summary>What the minute's limit had left after the latest request that passed the rule; of whichever key that was.</summary>
    public long? MinuteLeft { get; init; }

    /// <summary>The same of the day's limit; null without one.</summary>
    public long? DayLeft { get; init; }
}
