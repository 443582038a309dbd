using System.Collections.Immutable;
using System.Net;
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
    /// <param name="keys">The cluster's secrets; empty: random ones.</param>
    /// <param name="admin">Answers the admin address.</param>
    /// <param name="decision">Gives the handler that answers a listener of protocol `decision`.</param>
    public static ProxySettings ToSettings(
        ApplianceConfig config, ImmutableArray<SharedKey> keys, ILocalHandler admin, Func<ListenerConfig, ILocalHandler> decision) => new()
        {
            Upstreams = [.. config.Upstreams.Select(ToSettings)],
            Listeners =
            [
                .. config.Listeners.SelectMany(l => l.Addresses, (l, address) => ToSettings(l, address, config.Policies is not null, decision)),
                new ListenerSettings
                {
                    Name = AdminListener,
                    Protocol = ListenerProtocol.Local,
                    Address = config.Admin.Address,
                    TrustedProxies = config.Admin.TrustedProxies,
                    Handler = admin,
                },
            ],
            ClusterKeys = keys,
            AccessLog = config.Log.Access,
            MemoryLimit = config.MemoryLimit ?? HalfOfTheMachine(),
            MaximumDelayed = config.Policies?.MaximumDelayed ?? 0,
        };

    /// <summary>The name of one of a listener's addresses; '@' is in no name of the file, so it is unique.</summary>
    private static string NameOf(ListenerConfig listener, IPEndPoint address) =>
        listener.Addresses.Length == 1 ? listener.Name : $"{listener.Name}@{address}";

    /// <summary>Of what this process may have at all: a limit on its control group counts.</summary>
    private static long HalfOfTheMachine() => GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 2;

    private static UpstreamSettings ToSettings(UpstreamConfig upstream) => new()
    {
        Name = upstream.Name,
        Servers = [.. upstream.Servers.Select(s => new ServerSettings(s.Address, s.Weight, s.Backup, s.MaximumConnections))],
        Balance = upstream.Balance,
        HashKey = upstream.HashKey,
        HealthCheck = upstream.HealthCheck,
        Ejection = upstream.Ejection,
        CircuitBreaker = upstream.CircuitBreaker,
        Retry = upstream.Retry,
        SlowStart = upstream.SlowStart,
        Sticky = upstream.Sticky,
        Tls = upstream.Tls,
        ProxyProtocol = upstream.ProxyProtocol,
        MaximumIdle = upstream.Keepalive.MaximumIdle,
        IdleTimeout = upstream.Keepalive.IdleTimeout,
        QueueTimeout = upstream.QueueTimeout,
    };

    private static ListenerSettings ToSettings(
        ListenerConfig listener, IPEndPoint address, bool hasPolicies, Func<ListenerConfig, ILocalHandler> decision) => new()
        {
            Name = NameOf(listener, address),
            Protocol = ProtocolOf(listener.Protocol),
            Address = address,
            TrustedProxies = listener.TrustedProxies,
            ProxyProtocol = listener.ProxyProtocol,
            Tls = listener.Tls,
            Admission = listener.Admission,
            EnforcePolicies = hasPolicies && listener.EnforcePolicies && listener.Protocol == TrafficProtocol.Http,
            OpenOnPolicyFailure = listener.OpenOnPolicyFailure,
            Http = listener.Http,
            Udp = listener.Udp,
            Routes = ToSettings(listener.Routes),
            Upstream = listener.Upstream,
            Handler = listener.Protocol == TrafficProtocol.Decision ? decision(listener) : null,
            Timeouts = ToSettings(listener.Timeouts),
        };

    private static ListenerProtocol ProtocolOf(TrafficProtocol protocol) => protocol switch
    {
        TrafficProtocol.Http => ListenerProtocol.Http,
        TrafficProtocol.Tcp => ListenerProtocol.Tcp,
        TrafficProtocol.Udp => ListenerProtocol.Udp,
        _ => ListenerProtocol.Local,
    };

    private static ImmutableArray<RouteSettings> ToSettings(ImmutableArray<RouteConfig> routes) =>
        [.. routes.Select(r => new RouteSettings
        {
            Hosts = r.Hosts,
            PathPrefix = r.PathPrefix,
            Upstream = r.Upstream,
            Redirect = r.Redirect,
            Response = r.Response,
            ReplacePrefix = r.ReplacePrefix,
            Host = r.Host,
            RequestHeaders = r.RequestHeaders,
            ResponseHeaders = r.ResponseHeaders,
        })];

    private static TimeoutSettings ToSettings(TimeoutsConfig timeouts) => new()
    {
        Connect = timeouts.Connect,
        RequestHeader = timeouts.RequestHeader,
        Idle = timeouts.Idle,
        Response = timeouts.Response,
        Tunnel = timeouts.Tunnel,
    };
}
