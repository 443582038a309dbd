namespace Appliance.Proxy.Balancing;

/// <summary>In turn, smoothly: each candidate gains its weight, the richest is chosen and pays the sum. 5:1:1 goes a a b a c a a, not a a a a a b c.</summary>
internal sealed class RoundRobinBalancer : Balancer
{
    /// <inheritdoc/>
    internal override int Pick(ReadOnlySpan<Candidate> candidates, ulong key)
    {
        int best = 0;
        long sum = 0;
        for (int i = 0; i < candidates.Length; i++)
        {
            Candidate candidate = candidates[i];
            candidate.Credit += candidate.Weight;
            sum += candidate.Weight;
            if (candidate.Credit > candidates[best].Credit) best = i;
        }

        candidates[best].Credit -= sum;
        return best;
    }
}
