using Appliance.Proxy.Configuration;
using Appliance.Proxy.Interop;
using Appliance.Proxy.Layer7;
using Appliance.Proxy.Tls;
using Appliance.Proxy.Upstreams;

namespace Appliance.Proxy.Listeners;

/// <summary>A listener's settings with every reference resolved. Immutable; replaced whole on reload.</summary>
/// <param name="Settings">What was asked for.</param>
/// <param name="Handler">Who takes its connections.</param>
/// <param name="Routes">Http: where requests go. Tcp: where connections go by SNI.</param>
/// <param name="Pool">Tcp: where connections go.</param>
internal sealed record ListenerSnapshot(ListenerSettings Settings, IConnectionHandler Handler, RouteTable Routes, UpstreamPool? Pool)
{
    /// <summary>TLS is terminated with this; null: plain.</summary>
    internal TlsServerContext? Tls { get; init; }

    /// <summary>Named time limits in nanoseconds.</summary>
    internal TimeoutsNs Timeouts { get; } = new(Settings.Timeouts);

    /// <summary>Http: the rest of what is demanded and said; null for other protocols.</summary>
    internal HttpRules? Http { get; } =
        Settings.Protocol == ListenerProtocol.Http ? new HttpRules(Settings.Name, Settings.Http) : null;

    /// <summary>Who may speak for others (policies.md A7).</summary>
    internal TrustedNetworks Trusted { get; } = new(Settings.TrustedProxies);

    private bool ReadsProxyHeaders { get; } = Settings.ProxyProtocol && Settings.Protocol is (ListenerProtocol.Http or ListenerProtocol.Tcp);

    /// <summary>True when a connection from this peer must go through <see cref="ConnectionOpening"/> before its handler.</summary>
    internal bool NeedsOpening(in SocketAddress peer) => Tls is not null || ExpectsProxyHeader(peer);

    /// <summary>True when a connection from this peer begins with a PROXY protocol header.</summary>
    internal bool ExpectsProxyHeader(in SocketAddress peer) => ReadsProxyHeaders && Trusted.Contains(peer.ToClientAddress());
}
