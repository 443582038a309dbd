using Appliance.Limiter.Memory;
using Appliance.Limiter.Routing;

namespace Appliance.Limiter.Evaluation;

/// <summary>A lane's working memory for one bundle, sized for the worst request so that a decision allocates nothing.</summary>
internal sealed class LaneScratch(int maxLists, int ruleCount)
{
    public RouteList[] Lists { get; } = new RouteList[maxLists];

    /// <summary>What the request in hand has taken so far.</summary>
    public TakenSlot[] Taken { get; } = new TakenSlot[ruleCount];
}
