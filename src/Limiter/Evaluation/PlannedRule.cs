using Appliance.Limiter.Memory;
using Appliance.Limiter.Rules;

namespace Appliance.Limiter.Evaluation;

/// <summary>
/// A rule that applies to the request in hand, with its key. All keys of a policy are computed, and their lines asked for, before the first is taken from:
/// the waits for memory overlap.
/// </summary>
internal struct PlannedRule
{
    public BoundRule Rule;

    /// <summary>After overrides.</summary>
    public Algorithm Algorithm;

    /// <summary>Of the slot that is asked first.</summary>
    public SlotIdentity Identity;

    /// <summary>It is only watched.</summary>
    public bool IsShadow;

    /// <summary>A key is missing and the rule rejects then.</summary>
    public bool LacksKey;
}
