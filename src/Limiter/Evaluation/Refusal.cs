namespace Appliance.Limiter.Evaluation;

/// <summary>Who refused a request, why, and until when.</summary>
internal struct Refusal
{
    public string? PolicyId;
    public string? RuleName;
    public DecisionReason Reason;
    public int RetrySeconds;
    public LimitReading Reading;
}
