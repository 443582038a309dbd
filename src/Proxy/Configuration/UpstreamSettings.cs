using System.Collections.Immutable;
using System.Net;

namespace Appliance.Proxy.Configuration;

/// <summary>A pool of servers. Immutable.</summary>
public sealed record UpstreamSettings
{
    /// <summary>Unique name.</summary>
    public required string Name { get; init; }

    /// <summary>At least one.</summary>
    public required ImmutableArray<ServerSettings> Servers { get; init; }
}

/// <summary>One server of a pool.</summary>
/// <param name="Address">Where it listens.</param>
/// <param name="Weight">1 to 256; share of the traffic among the servers of its kind (primary or backup).</param>
/// <param name="Backup">Used only when no primary server can be reached.</param>
public sealed record ServerSettings(IPEndPoint Address, int Weight = 1, bool Backup = false);
