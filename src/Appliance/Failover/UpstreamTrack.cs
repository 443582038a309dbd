using System.Collections.Immutable;
using Appliance.Proxy;

namespace Appliance.Failover;

/// <summary>
/// Watches the upstreams of `ha.track`: a node that has no healthy server left in one of them tells the election, which yields to a fit
/// peer. One caller; <see cref="Monitor"/> for any reader.
/// </summary>
internal sealed class UpstreamTrack(ImmutableArray<string> names, IRoleNode node)
{
    private volatile MonitorReport _monitor = new("upstreams", true, "not looked at yet");
    private bool? _told;

    /// <summary>What was found at the last look.</summary>
    public MonitorReport Monitor => _monitor;

    public void Look(ImmutableArray<UpstreamStatus> upstreams)
    {
        string[] empty = [.. names.Where(name => HealthyIn(upstreams, name) == 0)];
        string detail = string.Join(", ", names.Select(name => $"{name} has {HealthyIn(upstreams, name)} healthy"));
        _monitor = new MonitorReport("upstreams", empty.Length == 0, detail);
        if (_told == (empty.Length == 0)) return;
        _told = empty.Length == 0;
        node.ReportUpstreams(empty.Length == 0);
    }

    private static int HealthyIn(ImmutableArray<UpstreamStatus> upstreams, string name) =>
        upstreams.FirstOrDefault(upstream => upstream.Name == name)?.HealthyServers ?? 0;
}
