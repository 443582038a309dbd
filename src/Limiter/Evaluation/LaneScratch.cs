using Appliance.Limiter.Routing;

namespace Appliance.Limiter.Evaluation;

/// <summary>A lane's working memory for one bundle, sized for the worst request so that a decision allocates nothing.</summary>
internal sealed class LaneScratch
{
    /// <summary>Of an LLM rule: minute and day. Of any other: one.</summary>
    private const int MostTakesPerRule = 2;

    public LaneScratch(PolicySnapshot snapshot)
    {
        int mostRules = snapshot.Policies.Select(policy => policy.Rules.Length + 1).DefaultIfEmpty(1).Max();
        Lists = new RouteList[snapshot.Routes.MaxLists];
        Planned = new PlannedRule[mostRules];
        Ledger = new TakeLedger(snapshot.RuleCount * MostTakesPerRule + snapshot.PolicyCount, snapshot.RuleCount);
    }

    public RouteList[] Lists { get; }

    /// <summary>The rules of the policy in hand that apply to the request.</summary>
    public PlannedRule[] Planned { get; }

    /// <summary>What the request in hand has taken so far.</summary>
    public TakeLedger Ledger { get; }
}
