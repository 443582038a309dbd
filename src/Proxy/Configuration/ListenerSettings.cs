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

    /// <summary>Networks whose X-Forwarded-*, Forwarded and PROXY protocol are believed; from others such fields are removed and set anew.</summary>
    public ImmutableArray<IPNetwork> TrustedProxies { get; init; } = [];

    /// <summary>Ask the policy engine about each request (Http) .</summary>
    public bool EnforcePolicies { get; init; }

    /// <summary>True (`open`): requests pass when no bundle is loaded; false (`closed`): they get 503.</summary>
    public bool OpenOnPolicyFailure { get; init; } = true;

    /// <summary>
    /// Connections from <see cref="TrustedProxies"/> must begin with a PROXY protocol header (version 1 or 2); the client it names is the client
    /// to limits, policies and servers. Connections from elsewhere begin at once and are never believed.
    /// </summary>
    public bool ProxyProtocol { get; init; }

    /// <summary>TLS is terminated here (Http, Tcp); null: plain.</summary>
    public TlsSettings? Tls { get; init; }

    /// <summary>Limits before a byte is parsed; null: none.</summary>
    public AdmissionSettings? Admission { get; init; }

    /// <summary>Http only.</summary>
    public HttpSettings Http { get; init; } = new();

    /// <summary>Udp only.</summary>
    public UdpSettings Udp { get; init; } = new();

    /// <summary>
    /// Http: in order, the first match wins. A request that matches none gets 404. Tcp: by the ClientHello's SNI, TLS goes through untouched; what
    /// matches none goes to <see cref="Upstream"/>, or is closed when there is none.
    /// </summary>
    public ImmutableArray<RouteSettings> Routes { get; init; } = [];

    /// <summary>Tcp, Udp: name of the upstream.</summary>
    public string? Upstream { get; init; }

    /// <summary>Local: who answers.</summary>
    public ILocalHandler? Handler { get; init; }

    /// <summary>Time limits.</summary>
    public TimeoutSettings Timeouts { get; init; } = new();
}
