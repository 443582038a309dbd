using System.Collections.Immutable;
using System.Net;
using Appliance.Proxy;

namespace Appliance.Failover;

/// <summary>Drains the real data plane.</summary>
internal sealed class ProxyDrain(ProxyServer proxy, ImmutableDictionary<int, ImmutableArray<IPAddress>> virtualAddresses, Func<TimeSpan> drainLimit, TimeProvider time) : ITrafficDrain
{
    private static readonly TimeSpan LookInterval = TimeSpan.FromMilliseconds(5);

    public TimeSpan DrainLimit => drainLimit();

    public void SetDraining(bool draining) => proxy.SetDraining(draining);

    public void CutMoved(int virtualRouterId) => proxy.CutConnectionsFrom(virtualAddresses.GetValueOrDefault(virtualRouterId, []));

    public async Task WaitUntilIdleAsync(TimeSpan limit, CancellationToken cancellation)
    {
        long begin = time.GetTimestamp();
        while (OpenConnections() > 0 && time.GetElapsedTime(begin) < limit)
        {
            await Task.Delay(LookInterval, time, cancellation).ConfigureAwait(false);
        }
    }

    /// <summary>Probes and orders come over Local listeners and are none of the traffic.</summary>
    private long OpenConnections()
    {
        long open = 0;
        foreach (ListenerStatus listener in proxy.GetStatus().Listeners)
        {
            if (listener.Protocol != "local") open += listener.ActiveConnections;
        }

        return open;
    }
}
