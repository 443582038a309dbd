using System.Collections.Immutable;
using System.Net;

namespace Appliance.Configuration;

/// <summary>One entry of `listeners`. Immutable.</summary>
internal sealed record ListenerConfig
{
    /// <summary>Unique name for logs, metrics and status.</summary>
    public required string Name { get; init; }

    /// <summary>Where it is bound, before the address is there if need be.</summary>
    public required IPEndPoint Address { get; init; }

    /// <summary>What is spoken.</summary>
    public required TrafficProtocol Protocol { get; init; }

    /// <summary>Networks whose X-Forwarded-* and X-Original-* are believed.</summary>
    public required ImmutableArray<IPNetwork> TrustedProxies { get; init; }

    /// <summary>True (`enforce`): every request is put to the policies. Meaningless without a `policies` section.</summary>
    public required bool EnforcePolicies { get; init; }

    /// <summary>True (`open`): requests pass while no bundle is loaded; false (`closed`): they get 503.</summary>
    public required bool OpenOnPolicyFailure { get; init; }

    /// <summary>Http: at least one; the first that matches decides.</summary>
    public required ImmutableArray<RouteConfig> Routes { get; init; }

    /// <summary>Tcp: the upstream's name; null otherwise.</summary>
    public required string? Upstream { get; init; }

    /// <summary>Time limits.</summary>
    public required TimeoutsConfig Timeouts { get; init; }
}
