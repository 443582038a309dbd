using System.Collections.Immutable;
using System.Net;
using Appliance.Proxy.Configuration;

namespace Appliance.Configuration;

/// <summary>One entry of `listeners`; sections that the data plane takes as they stand are its own records. Immutable.</summary>
internal sealed record ListenerConfig
{
    /// <summary>Unique name for logs, metrics and status.</summary>
    public required string Name { get; init; }

    /// <summary>Where it is bound, before the address is there if need be; at least one.</summary>
    public required ImmutableArray<IPEndPoint> Addresses { get; init; }

    /// <summary>What is spoken.</summary>
    public required TrafficProtocol Protocol { get; init; }

    /// <summary>Networks whose X-Forwarded-*, X-Original-* and PROXY protocol are believed.</summary>
    public required ImmutableArray<IPNetwork> TrustedProxies { get; init; }

    /// <summary>Connections from those networks begin with a PROXY protocol header.</summary>
    public required bool ProxyProtocol { get; init; }

    /// <summary>Null: plain.</summary>
    public required TlsSettings? Tls { get; init; }

    /// <summary>`limits` and the keys beside it; null: none.</summary>
    public required AdmissionSettings? Admission { get; init; }

    /// <summary>True (`enforce`): every request is put to the policies. Meaningless without a `policies` section.</summary>
    public required bool EnforcePolicies { get; init; }

    /// <summary>True (`open`): requests pass while no bundle is loaded; false (`closed`): they get 503.</summary>
    public required bool OpenOnPolicyFailure { get; init; }

    /// <summary>Http; its error pages are filled in when files are read (<see cref="ReferencedFiles"/>).</summary>
    public required HttpSettings Http { get; init; }

    /// <summary>Files of error pages by status.</summary>
    public required ImmutableArray<KeyValuePair<int, string>> ErrorPages { get; init; }

    /// <summary>Http: at least one; the first that matches decides. Tcp: by the TLS server name.</summary>
    public required ImmutableArray<RouteConfig> Routes { get; init; }

    /// <summary>Tcp, udp: the upstream's name; null otherwise.</summary>
    public required string? Upstream { get; init; }

    /// <summary>Udp.</summary>
    public required UdpSettings Udp { get; init; }

    /// <summary>Time limits.</summary>
    public required TimeoutsConfig Timeouts { get; init; }
}
