using Appliance.Admin;
using Appliance.Configuration;
using Appliance.Journal;
using Appliance.Limiter;
using Appliance.Policies;
using Appliance.Proxy;
using Appliance.Failover;

namespace Appliance.Hosting;

/// <summary>
/// The parts of the running daemon, for those who report on them. Parts never change; what a reload replaces is one volatile reference
/// each. Owns nothing.
/// </summary>
internal sealed class DaemonState
{
    private volatile ApplianceConfig _config;
    private volatile ReloadReport? _lastReload;
    private long _reloadsApplied;
    private long _reloadsRefused;

    public DaemonState(ApplianceConfig config) => _config = config;

    public required string ConfigFile { get; init; }

    public required DateTimeOffset StartedAt { get; init; }

    /// <summary>The wall clock.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    public required DaemonLog Log { get; init; }

    public required Readiness Readiness { get; init; }

    public required PauseWatch Pauses { get; init; }

    public required DecisionStatistics Decisions { get; init; }

    public required ProxyServer Proxy { get; init; }

    /// <summary>The four of them, or none: no policies are configured.</summary>
    public LimiterTable? Table { get; init; }

    public PolicyEngine? Engine { get; init; }

    public PolicyFile? PolicyFile { get; init; }

    public OverrideDesk? Overrides { get; init; }

    /// <summary>Null: a single node.</summary>
    public HaWatch? Ha { get; init; }

    /// <summary>Null: the data plane of this build writes no access log.</summary>
    public AccessLogWriter? AccessLog { get; init; }

    /// <summary>The config in force.</summary>
    public ApplianceConfig Config
    {
        get => _config;
        set => _config = value;
    }

    public ReloadReport? LastReload => _lastReload;

    public void Record(ReloadReport report)
    {
        _lastReload = report;
        Interlocked.Increment(ref report.Code == Cli.ExitCode.Ok ? ref _reloadsApplied : ref _reloadsRefused);
    }

    public DaemonSnapshot Capture()
    {
        HaReport? ha = Ha?.Report();
        ApplianceConfig config = Config;
        ProxyStatus proxy = Proxy.GetStatus();
        bool bundleMissing = Engine is { Current: null } && config.Listeners.Any(listener => listener.EnforcePolicies);
        return new DaemonSnapshot
        {
            Node = config.Node,
            Version = ProductVersion.Text,
            StartedAt = StartedAt,
            At = Time.GetUtcNow(),
            NotReady = Readiness.Reasons(ha is not { IsStarting: true }, bundleMissing),
            Proxy = proxy,
            Decisions = Decisions,
            Ha = ha,
            PolicyFile = PolicyFile?.Status,
            KeptBundles = PolicyFile?.Kept ?? [],
            Overrides = Overrides?.Active() ?? [],
            Bundle = Engine?.Current,
            Compatibility = Engine?.Compatibility ?? default,
            PolicyStatistics = Engine?.GetStatistics(),
            Table = Table?.GetStatus(),
            LastReload = LastReload,
            ReloadsApplied = Interlocked.Read(ref _reloadsApplied),
            ReloadsRefused = Interlocked.Read(ref _reloadsRefused),
            LogDropped = Log.Dropped,
            AccessLogDropped = proxy.AccessLogDropped + (AccessLog?.Dropped ?? 0),
            LongestPause = Pauses.Longest,
        };
    }
}
