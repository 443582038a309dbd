using System.Collections.Immutable;
using Appliance.Proxy;
using Appliance.Proxy.Configuration;

namespace Appliance.Configuration;

/// <summary>What the data plane is told of the configuration.</summary>
internal static class ProxyMapping
{
    /// <summary>Name of the listener for the admin address; no listener of the file may have it.</summary>
    public const string AdminListener = "admin";

    /// <summary>Translates a configuration; the admin address comes last.</summary>
    /// <param name="config">As loaded.</param>
    /// <param name="admin">Answers the admin address.</param>
    /// <param name="decision">Gives the handler that answers a listener of protocol `decision`.</param>
    public static ProxySettings ToSettings(ApplianceConfig config, ILocalHandler admin, Func<ListenerConfig, ILocalHandler> decision) => new()
    {
        Upstreams = [.. config.Upstreams.Select(ToSettings)],
        Listeners =
        [
            .. config.Listeners.Select(l => ToSettings(l, config.Policies is not null, decision)),
            new ListenerSettings
            {
                Name = AdminListener,
                Protocol = ListenerProtocol.Local,
                Address = config.Admin.Address,
                TrustedProxies = config.Admin.TrustedProxies,
                Handler = admin,
            },
        ],
    };

    private static UpstreamSettings ToSettings(UpstreamConfig upstream) => new()
    {
        Name = upstream.Name,
        Servers = [.. upstream.Servers.Select(s => new ServerSettings(s.Address, s.Weight, s.Backup))],
    };

    private static ListenerSettings ToSettings(ListenerConfig listener, bool hasPolicies, Func<ListenerConfig, ILocalHandler> decision) => new()
    {
        Name = listener.Name,
        Protocol = listener.Protocol switch
        {
            TrafficProtocol.Http => ListenerProtocol.Http,
            TrafficProtocol.Tcp => ListenerProtocol.Tcp,
            _ => ListenerProtocol.Local,
        },
        Address = listener.Address,
        TrustedProxies = listener.TrustedProxies,
        EnforcePolicies = hasPolicies && listener.EnforcePolicies && listener.Protocol == TrafficProtocol.Http,
        OpenOnPolicyFailure = listener.OpenOnPolicyFailure,
        Routes = listener.Protocol == TrafficProtocol.Http ? ToSettings(listener.Routes) : [],
        Upstream = listener.Protocol == TrafficProtocol.Tcp ? listener.Upstream : null,
        Handler = listener.Protocol == TrafficProtocol.Decision ? decision(listener) : null,
        Timeouts = ToSettings(listener.Timeouts),
    };

    private static ImmutableArray<RouteSettings> ToSettings(ImmutableArray<RouteConfig> routes) =>
        [.. routes.Select(r => new RouteSettings { Hosts = r.Hosts, PathPrefix = r.PathPrefix, Upstream = r.Upstream })];

    private static TimeoutSettings ToSettings(TimeoutsConfig timeouts) => new()
    {
        Connect = timeouts.Connect,
        RequestHeader = timeouts.RequestHeader,
        Idle = timeouts.Idle,
        Response = timeouts.Response,
        Tunnel = timeouts.Tunnel,
    };
}
