using System.Collections.Immutable;
using System.Net;

namespace Appliance.Proxy.Configuration;

/// <summary>One listener as validated by the loader. Immutable.</summary>
public sealed record ListenerSettings
{
    /// <summary>Unique name; appears in logs, metrics and status.</summary>
    public required string Name { get; init; }

    /// <summary>What is spoken.</summary>
    public required ListenerProtocol Protocol { get; init; }

    /// <summary>IPEndPoint, or UnixDomainSocketEndPoint (Local only; a stale socket file is replaced).</summary>
    public required EndPoint Address { get; init; }

    /// <summary>Networks whose X-Forwarded-* are believed and appended to; from others they are removed and set anew.</summary>
    public ImmutableArray<IPNetwork> TrustedProxies { get; init; } = [];

    /// <summary>Ask the policy engine about each request (Http) .</summary>
    public bool EnforcePolicies { get; init; }

    /// <summary>True (`open`): requests pass when no bundle is loaded; false (`closed`): they get 503.</summary>
    public bool OpenOnPolicyFailure { get; init; } = true;

    /// <summary>Http: in order, the first match wins. A request that matches none gets 404.</summary>
    public ImmutableArray<RouteSettings> Routes { get; init; } = [];

    /// <summary>Tcp: name of the upstream.</summary>
    public string? Upstream { get; init; }

    /// <summary>Local: who answers.</summary>
    public ILocalHandler? Handler { get; init; }

    /// <summary>Time limits.</summary>
    public TimeoutSettings Timeouts { get; init; } = new();
}
