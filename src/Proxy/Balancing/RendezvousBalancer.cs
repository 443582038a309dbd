namespace Appliance.Proxy.Balancing;

/// <summary>
/// Weighted rendezvous hashing: every server draws a number from key and name, the highest serves. A server that goes gives away only its own
/// keys, one that comes takes only its share, and both nodes of a pair agree without a word. -weight / ln(u) is what makes the shares
/// proportional to the weights (Schindelhauer and Schomaker, 2005). Requests without a key go in turn.
/// </summary>
internal sealed class RendezvousBalancer : Balancer
{
    private readonly RoundRobinBalancer _withoutKey = new();

    /// <inheritdoc/>
    internal override int Pick(ReadOnlySpan<Candidate> candidates, ulong key)
    {
        if (key == 0) return _withoutKey.Pick(candidates, key);
        int best = 0;
        double highest = double.NegativeInfinity;
        for (int i = 0; i < candidates.Length; i++)
        {
            double score = Score(candidates[i], key);
            if (score <= highest) continue;
            highest = score;
            best = i;
        }

        return best;
    }

    private static double Score(Candidate candidate, ulong key)
    {
        // 53 bits, and a half so that neither 0 nor 1 comes out: the logarithm is finite and not zero.
        double drawn = ((KeyHash.Mix(key ^ candidate.Identity) >> 11) + 0.5) / (1UL << 53);
        return -candidate.Weight / Math.Log(drawn);
    }
}
