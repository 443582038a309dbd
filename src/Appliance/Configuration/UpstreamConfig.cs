using System.Collections.Immutable;

namespace Appliance.Configuration;

/// <summary>One entry of `upstreams`. Immutable.</summary>
internal sealed record UpstreamConfig
{
    /// <summary>Unique name.</summary>
    public required string Name { get; init; }

    /// <summary>How a server is chosen.</summary>
    public required BalanceMethod Balance { get; init; }

    /// <summary>At least one; two never share an address.</summary>
    public required ImmutableArray<ServerConfig> Servers { get; init; }
}
