using Appliance.Limiter.Memory;
using Appliance.Limiter.Rules;
using Appliance.Limiter.Statistics;

namespace Appliance.Limiter.Evaluation;

/// <summary>Tokens that an LLM rule has set aside for a request, until the response says what it used.</summary>
internal struct LlmReservation
{
    public TakenSlot Minute;
    public SlotIdentity MinuteIdentity;
    public TokenBucket PerMinute;

    /// <summary>The day that the tokens were reserved in, whatever day the response ends in; default when the rule has no daily limit.</summary>
    public TakenSlot Day;
    public PeriodBudget? PerDay;

    /// <summary>What is charged now.</summary>
    public long Tokens;
    public RuleCounters Counters;

    /// <summary>The part of them that the prompt was estimated at.</summary>
    public long PromptTokens;
    public LlmStreaming Streaming;
    public bool IsShadow;
}
