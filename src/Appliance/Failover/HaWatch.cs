using System.Collections.Immutable;
using Appliance.Hosting;
using Appliance.Proxy;
using Microsoft.Extensions.Logging;

namespace Appliance.Failover;

/// <summary>
/// Looks at the pair and at what the daemon knows ten times a second: feeds the election's monitors, keeps the marks for the time after a
/// crash, starts and ends what bypass does, and turns changes into events. <see cref="Look"/> has one caller; the rest is thread-safe.
/// </summary>
internal sealed class HaWatch : IDisposable
{
    private readonly IRoleNode _node;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private HaReport? _seen;
    private bool _warned;

    public HaWatch(IRoleNode node, TimeProvider time, ILogger log)
    {
        _node = node;
        _time = time;
        _log = log;
        Events = new EventRing(time);
        node.Changed += OnChanged;
    }

    /// <summary>Null: none is tracked.</summary>
    public UpstreamTrack? Upstreams { get; init; }

    /// <summary>Null: not monitored.</summary>
    public BandwidthWatch? Bandwidth { get; init; }

    /// <summary>Null: not kept.</summary>
    public FlapRecord? Flaps { get; init; }

    /// <summary>Null: nobody reads it after a crash.</summary>
    public PeerMark? Peer { get; init; }

    /// <summary>Null: standby, where there is nothing to do.</summary>
    public BypassDesk? Bypass { get; init; }

    /// <summary>Null: no hook. Set before the election begins.</summary>
    public TransitionHook? Hook { get; set; }

    public EventRing Events { get; }

    /// <summary>The election's view with what this side knows.</summary>
    public HaReport Report()
    {
        HaReport report = _node.Report();
        ImmutableArray<MonitorReport> own = [.. ((MonitorReport?[])[Upstreams?.Monitor, Bandwidth?.Monitor]).OfType<MonitorReport>()];
        return report with
        {
            Monitors = [.. report.Monitors.Where(monitor => !own.Any(mine => mine.Name == monitor.Name)), .. own.Select(mine => Join(mine, report))],
            Bypass = report.Bypass is { } bypass ? bypass with { Detail = Bypass?.Detail ?? "" } : null,
            Figures = Bandwidth?.Rate is { } rate
                ? report.Figures.Add(new HaFigure("appliance_ha_received_bits_per_second", "Received traffic of the last interval of bandwidth monitoring.", "", "", rate))
                : report.Figures,
        };
    }

    /// <summary>The cluster secret of a reload.</summary>
    public void SetKeys(ImmutableArray<Vrrp.ClusterKey> keys) => _node.SetKeys(keys);

    /// <param name="upstreams">Of the data plane, now.</param>
    /// <param name="nowNs">Monotonic.</param>
    public void Look(ImmutableArray<UpstreamStatus> upstreams, long nowNs)
    {
        Upstreams?.Look(upstreams);
        HaReport report = Report();
        Bandwidth?.Look(report.IsActive, nowNs);
        Bypass?.Look(report, upstreams, nowNs);
        Peer?.Update(report);
        Flaps?.Update(report);
        Tell(report);
    }

    /// <summary>Operator's reset.</summary>
    public void Reset()
    {
        _node.Reset();
        Flaps?.Clear();
        ApplianceLog.HaReset(_log);
        Events.Add(new HaEvent { At = _time.GetUtcNow(), Kind = "ha.reset", Text = "reset by the operator: out of bypass, flaps forgotten" });
    }

    public void Dispose()
    {
        _node.Changed -= OnChanged;
        Events.Dispose();
        Hook?.Dispose();
        Bypass?.Dispose();
        Flaps?.Leave();
        Peer?.Dispose();
    }

    /// <summary>The election remembers what this side measured before: it may still hold that against the node.</summary>
    private static MonitorReport Join(MonitorReport mine, HaReport report) =>
        report.Monitors.FirstOrDefault(monitor => monitor.Name == mine.Name && !monitor.Ok) is { } held && mine.Ok
            ? new MonitorReport(mine.Name, false, $"{held.Detail}; now {mine.Detail}")
            : mine;

    private void Tell(HaReport report)
    {
        (HaReport? before, _seen) = (_seen, report);
        bool warns = report.Warnings.Length > 0;
        if (warns && !_warned) ApplianceLog.HaWarning(_log, report.Warnings[0]);
        _warned = warns;
        if (before is null) return;
        foreach (HaEvent happened in ReportDifference.Between(before, report, _time.GetUtcNow())) Events.Add(happened);
    }

    private void OnChanged(RoleChange change)
    {
        Hook?.Tell(change);
        if (change.From == RoleNames.Bypass) Flaps?.Clear(); // the election forgets them too
        Events.Add(new HaEvent
        {
            At = _time.GetUtcNow(),
            Kind = "ha.role",
            VirtualRouterId = change.VirtualRouterId,
            From = change.From,
            To = change.To,
            Subject = change.Reason,
            Text = $"group {change.VirtualRouterId}: {change.From} -> {change.To}: {change.Reason}",
        });
    }
}
