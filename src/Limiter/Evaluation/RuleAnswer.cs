using Appliance.Limiter.Rules;

namespace Appliance.Limiter.Evaluation;

/// <summary>One rule's verdict, with what headers and later rules need to know of it.</summary>
internal struct RuleAnswer
{
    public RuleVerdict Verdict;

    /// <summary>When rejected.</summary>
    public DecisionReason Reason;

    /// <summary>When rejected: seconds until this request could pass, at least 1.</summary>
    public int RetrySeconds;

    /// <summary>When passed: the stage that a budget has reached.</summary>
    public BudgetStage? Stage;

    /// <summary>The numbers of the limit that rejected or is the tightest of the rule's.</summary>
    public LimitReading Reading;
}
