namespace Appliance.Proxy.Balancing;

/// <summary>
/// The fewest requests under way for its weight. They are counted over all loops: a loop that saw only its own would find every server idle
/// most of the time, and all loops would send their next request to the same one.
/// </summary>
internal sealed class LeastConnectionsBalancer : Balancer
{
    /// <inheritdoc/>
    internal override int Pick(ReadOnlySpan<Candidate> candidates, ulong key)
    {
        int best = 0;
        for (int i = 1; i < candidates.Length; i++)
        {
            if (candidates[i].IsBetterThan(candidates[best])) best = i;
        }

        return InTurn(candidates, candidates[best]);
    }

    /// <summary>Smooth rotation among those that are as good: at rest the load is shared by weight instead of falling on the first.</summary>
    private static int InTurn(ReadOnlySpan<Candidate> candidates, Candidate best)
    {
        int chosen = -1;
        long sum = 0;
        for (int i = 0; i < candidates.Length; i++)
        {
            Candidate candidate = candidates[i];
            // The load may have changed on another loop meanwhile; `best` itself is always among them.
            if (candidate != best && best.IsBetterThan(candidate)) continue;
            candidate.Credit += candidate.Weight;
            sum += candidate.Weight;
            if (chosen < 0 || candidate.Credit > candidates[chosen].Credit) chosen = i;
        }

        candidates[chosen].Credit -= sum;
        return chosen;
    }
}
