namespace Appliance.Proxy.Balancing;

/// <summary>What a balancer knows of a server, on one loop. The weight is refreshed before each choice.</summary>
/// <param name="identity">Hash of the server's name: the same on every loop and node.</param>
/// <param name="underWay">Requests under way at the server, over all loops.</param>
internal sealed class Candidate(ulong identity, SharedCounter underWay)
{
    internal ulong Identity => identity;

    /// <summary>Effective weight, in hundredths (<see cref="SlowStart"/>); at least 1.</summary>
    internal int Weight { get; set; }

    /// <summary>Standing in the rotation.</summary>
    internal long Credit { get; set; }

    /// <summary>Requests under way, and the one that might come: so that among idle servers the heavier is better.</summary>
    internal long Load => underWay.Value + 1;

    /// <summary>True when this server has less to do for its weight.</summary>
    internal bool IsBetterThan(Candidate other) => Load * other.Weight < other.Load * Weight;
}
