using System.Collections.Immutable;

namespace Appliance.Proxy.Configuration;

/// <summary>All that the data plane needs to know, validated: names are unique and references resolve. Immutable.</summary>
public sealed record ProxySettings
{
    /// <summary>Listeners, two never on one address.</summary>
    public required ImmutableArray<ListenerSettings> Listeners { get; init; }

    /// <summary>Pools by unique name.</summary>
    public ImmutableArray<UpstreamSettings> Upstreams { get; init; } = [];

    /// <summary>The cluster's secrets: the first signs, all verify. Session tickets and sticky cookies are derived from them. Empty: random per start.</summary>
    public ImmutableArray<SharedKey> ClusterKeys { get; init; } = [];

    /// <summary>Which requests are written to the access log.</summary>
    public AccessLogMode AccessLog { get; init; } = AccessLogMode.Off;

    /// <summary>Bytes of buffer memory over all loops; at the bound new connections are refused, none is dropped. 0: no bound.</summary>
    public long MemoryLimit { get; init; }

    /// <summary>Requests of all listeners that may wait at once because a policy delays them, 0 or more; others are rejected.</summary>
    public int MaximumDelayed { get; init; } = 10_000;
}
