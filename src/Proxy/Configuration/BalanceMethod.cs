namespace Appliance.Proxy.Configuration;

/// <summary>How a server is chosen among those that may serve.</summary>
public enum BalanceMethod
{
    /// <summary>In turn, smoothly by weight.</summary>
    RoundRobin,

    /// <summary>The fewest requests under way for its weight.</summary>
    LeastConnections,

    /// <summary>The better of two drawn at random (power of two choices).</summary>
    RandomTwo,

    /// <summary>By a key, rendezvous hashing: a server that comes or goes moves only its own share.</summary>
    Hash,
}
