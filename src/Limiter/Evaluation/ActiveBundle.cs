using Appliance.Limiter.Rules;
using Appliance.Limiter.Statistics;

namespace Appliance.Limiter.Evaluation;

/// <summary>A snapshot bound to an engine. Immutable but for the lanes' scratch; replaced as a whole.</summary>
internal sealed class ActiveBundle
{
    public ActiveBundle(PolicySnapshot snapshot, ulong hashSeed, int lanes, StatisticsBook book)
    {
        Snapshot = snapshot;
        Policies = [.. snapshot.Policies.Select(policy => Bind(policy, hashSeed, book))];
        Scratch = new LaneScratch[lanes];
        for (int lane = 0; lane < lanes; lane++) Scratch[lane] = new LaneScratch(snapshot.Routes.MaxLists, snapshot.RuleCount);
    }

    public PolicySnapshot Snapshot { get; }

    public BoundPolicy[] Policies { get; }

    /// <summary>By lane.</summary>
    public LaneScratch[] Scratch { get; }

    private static BoundPolicy Bind(Policy policy, ulong hashSeed, StatisticsBook book) =>
        new(policy, [.. policy.Rules.Select(rule => new BoundRule(policy, rule, hashSeed, book))]);
}
