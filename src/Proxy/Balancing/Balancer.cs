using Appliance.Proxy.Configuration;

namespace Appliance.Proxy.Balancing;

/// <summary>Chooses among the servers that may serve. One per upstream and loop; belongs to the loop's thread and allocates nothing.</summary>
internal abstract class Balancer
{
    /// <summary>The policy for a method.</summary>
    /// <param name="method">Which.</param>
    /// <param name="random">Source of <see cref="BalanceMethod.RandomTwo"/>.</param>
    internal static Balancer Create(BalanceMethod method, Random random) => method switch
    {
        BalanceMethod.LeastConnections => new LeastConnectionsBalancer(),
        BalanceMethod.RandomTwo => new RandomTwoBalancer(random),
        BalanceMethod.Hash => new RendezvousBalancer(),
        _ => new RoundRobinBalancer(),
    };

    /// <summary>The index of the chosen one.</summary>
    /// <param name="candidates">At least one.</param>
    /// <param name="key">Hash of the request's key; 0: it has none.</param>
    internal abstract int Pick(ReadOnlySpan<Candidate> candidates, ulong key);
}
