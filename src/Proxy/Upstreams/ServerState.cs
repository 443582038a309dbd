using System.Net;
using Appliance.Proxy.Balancing;
using Appliance.Proxy.Configuration;
using Appliance.Proxy.Health;
using SocketAddress = Appliance.Proxy.Interop.SocketAddress;

namespace Appliance.Proxy.Upstreams;

/// <summary>
/// The identity of a server: what all loops share about one address of one upstream. It outlives its pool when a reload keeps the server,
/// so that nothing learnt about it is forgotten. Every member is safe from any thread.
/// </summary>
/// <param name="name">As operators see it; unique within the upstream.</param>
/// <param name="hostName">Name (or address) and port, as Host says it.</param>
/// <param name="endPoint">Where it listens.</param>
internal sealed class ServerState(string name, string hostName, IPEndPoint endPoint)
{
    private volatile HealthRecord _health = HealthRecord.Initial;
    private volatile bool _draining;
    private long _backSinceNs = long.MinValue;

    internal string Name => name;

    internal string HostName => hostName;

    internal IPEndPoint EndPoint => endPoint;

    /// <summary>The address as configured: with TLS its name is what the server must prove.</summary>
    internal EndPoint Configured { get; init; } = endPoint;

    internal SocketAddress Address { get; } = SocketAddress.From(endPoint);

    /// <summary>Hash of the name: the same on every node.</summary>
    internal ulong Identity { get; } = KeyHash.Of(System.Text.Encoding.UTF8.GetBytes(name));

    /// <summary>Requests under way, for servers whose pool counts them: see <see cref="LoopServer"/>.</summary>
    internal SharedCounter UnderWay { get; } = new();

    internal CircuitBreaker Breaker { get; } = new();

    internal Ejection Ejection { get; } = new();

    /// <summary>What active checks say. Written by the server's checker only.</summary>
    internal HealthRecord Health
    {
        get => _health;
        set => _health = value;
    }

    /// <summary>The operator wants no new request or connection here.</summary>
    internal bool Draining
    {
        get => _draining;
        set => _draining = value;
    }

    /// <summary>Up and not drained. A server for which this is false gets nothing, whatever happens to the others.</summary>
    internal bool MayServe => _health.Up && !_draining;

    /// <summary>When the server came back, for the slow start; MinValue: it was never away.</summary>
    internal long BackSinceNs(long nowNs)
    {
        long back = Volatile.Read(ref _backSinceNs), ejectedUntil = Ejection.UntilNs;
        return ejectedUntil > back && ejectedUntil <= nowNs ? ejectedUntil : back;
    }

    /// <summary>The server may serve again from now on.</summary>
    internal void MarkBack(long nowNs) => Volatile.Write(ref _backSinceNs, nowNs);

    /// <summary>Takes the settings of the pool that uses it from now on.</summary>
    internal void Adopt(UpstreamSettings settings)
    {
        Breaker.Adopt(settings.CircuitBreaker);
        if (settings.Ejection is null) Ejection.Clear();
        // Nobody would ever find out that it is up again.
        if (settings.HealthCheck is null) Health = HealthRecord.Initial;
    }
}
