namespace Appliance.Proxy.Balancing;

/// <summary>
/// Draws two by weight and takes the one with less to do. Nearly as even as asking all of them, and loops or nodes that decide at the same
/// moment do not all choose the same server.
/// </summary>
internal sealed class RandomTwoBalancer(Random random) : Balancer
{
    /// <inheritdoc/>
    internal override int Pick(ReadOnlySpan<Candidate> candidates, ulong key)
    {
        if (candidates.Length == 1) return 0;
        int first = Draw(candidates, except: -1);
        int second = Draw(candidates, first);
        return candidates[second].IsBetterThan(candidates[first]) ? second : first;
    }

    private int Draw(ReadOnlySpan<Candidate> candidates, int except)
    {
        long sum = 0;
        for (int i = 0; i < candidates.Length; i++) sum += i == except ? 0 : candidates[i].Weight;
        long ticket = random.NextInt64(sum);
        int drawn = 0;
        for (int i = 0; i < candidates.Length; i++)
        {
            if (i == except) continue;
            drawn = i;
            ticket -= candidates[i].Weight;
            if (ticket < 0) break;
        }

        return drawn;
    }
}
