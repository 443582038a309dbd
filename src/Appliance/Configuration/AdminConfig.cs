using System.Collections.Immutable;
using System.Net;

namespace Appliance.Configuration;

/// <summary>The `admin` section. Immutable.</summary>
internal sealed record AdminConfig
{
    /// <summary>Health, metrics, decision API.</summary>
    public required IPEndPoint Address { get; init; }

    /// <summary>Gateways whose X-Original-* the decision API believes.</summary>
    public required ImmutableArray<IPNetwork> TrustedProxies { get; init; }
}
