using System.Collections.Immutable;

namespace Appliance.Proxy.Configuration;

/// <summary>All that the data plane needs to know, validated: names are unique and references resolve. Immutable.</summary>
public sealed record ProxySettings
{
    /// <summary>Listeners, two never on one address.</summary>
    public required ImmutableArray<ListenerSettings> Listeners { get; init; }

    /// <summary>Pools by unique name.</summary>
    public ImmutableArray<UpstreamSettings> Upstreams { get; init; } = [];
}
