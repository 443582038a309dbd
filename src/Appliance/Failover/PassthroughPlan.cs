using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;
using Appliance.Configuration;
using Appliance.Proxy;

namespace Appliance.Failover;

/// <summary>
/// Which listeners the kernel can stand in for, and where it sends their connections: tcp, udp and plain http, IPv4. A map has one server for
/// each listener: the first healthy one in the order of the file, backups last; the one in use stays while it is healthy. Pure.
/// </summary>
internal static class PassthroughPlan
{
    /// <param name="config">In force.</param>
    /// <param name="held">Virtual addresses on this node.</param>
    /// <param name="upstreams">Their health now.</param>
    /// <param name="current">What is redirected now.</param>
    public static ImmutableArray<PassthroughTarget> Of(
        ApplianceConfig config, ImmutableArray<IPAddress> held, ImmutableArray<UpstreamStatus> upstreams, ImmutableArray<PassthroughTarget> current)
    {
        var targets = ImmutableArray.CreateBuilder<PassthroughTarget>();
        foreach (ListenerConfig listener in config.Listeners)
        {
            UpstreamConfig? upstream = config.Upstreams.FirstOrDefault(u => u.Name == UpstreamOf(listener));
            if (upstream is not { Tls: null, ProxyProtocol: null }) continue;
            ImmutableArray<IPEndPoint> servers = Healthy(upstream, upstreams);
            foreach (IPEndPoint address in listener.Addresses.SelectMany(bound => Concrete(bound, held)))
            {
                bool datagrams = listener.Protocol == TrafficProtocol.Udp;
                PassthroughTarget? present = current.FirstOrDefault(t => t.IsDatagram == datagrams && t.Listener.Equals(address));
                IPEndPoint? server = present is not null && servers.Contains(present.Server) ? present.Server : servers.FirstOrDefault();
                bool taken = targets.Any(t => t.IsDatagram == datagrams && t.Listener.Equals(address));
                if (server is not null && !taken) targets.Add(new PassthroughTarget(datagrams, address, server));
            }
        }

        return targets.ToImmutable();
    }

    /// <summary>Null: the kernel cannot stand in for it. It reads no path and no host: of http, only what goes to one upstream whatever is asked.</summary>
    private static string? UpstreamOf(ListenerConfig listener)
    {
        if (listener.Tls is not null || listener.ProxyProtocol || listener.Http.RedirectToHttpsPort is not null) return null;
        return listener.Protocol switch
        {
            TrafficProtocol.Tcp or TrafficProtocol.Udp => listener.Upstream,
            TrafficProtocol.Http => listener.Routes.FirstOrDefault(route => route.Hosts.IsEmpty && route.PathPrefix == "/")?.Upstream,
            _ => null,
        };
    }

    private static IEnumerable<IPEndPoint> Concrete(IPEndPoint bound, ImmutableArray<IPAddress> held)
    {
        bool every = bound.Address.Equals(IPAddress.Any) || bound.Address.Equals(IPAddress.IPv6Any);
        return held.Where(address => address.AddressFamily == AddressFamily.InterNetwork && (every || address.Equals(bound.Address)))
            .Select(address => new IPEndPoint(address, bound.Port));
    }

    private static ImmutableArray<IPEndPoint> Healthy(UpstreamConfig upstream, ImmutableArray<UpstreamStatus> statuses)
    {
        ImmutableArray<ServerStatus> known = statuses.FirstOrDefault(status => status.Name == upstream.Name)?.Servers ?? [];
        return
        [
            .. upstream.Servers.OrderBy(server => server.Backup)
                .SelectMany(server => known.Where(status => IsOf(status, server) && status is { State: "up", Draining: false, Breaker: not "open" }))
                .Select(AddressOf).OfType<IPEndPoint>().Distinct(),
        ];
    }

    /// <summary>A name has a status for each of its addresses, `NAME:PORT (ADDRESS)`.</summary>
    private static bool IsOf(ServerStatus status, ServerConfig server)
    {
        string text = ServerAddressKind.Text(server.Address);
        return status.Address == text || status.Address.StartsWith(text + " (", StringComparison.Ordinal);
    }

    private static IPEndPoint? AddressOf(ServerStatus status)
    {
        string text = status.Address;
        int open = text.IndexOf(" (", StringComparison.Ordinal);
        if (open > 0)
        {
            bool port = AddressText.TryPort(text.AsSpan(text.LastIndexOf(':', open) + 1, open - text.LastIndexOf(':', open) - 1), out int number);
            bool address = IPAddress.TryParse(text.AsSpan(open + 2, text.Length - open - 3), out IPAddress? parsed);
            return port && address && parsed!.AddressFamily == AddressFamily.InterNetwork ? new IPEndPoint(parsed, number) : null;
        }

        return AddressText.TryEndPoint(text, out IPEndPoint? endPoint) && AddressText.IsIPv4(endPoint.Address) ? endPoint : null;
    }
}
