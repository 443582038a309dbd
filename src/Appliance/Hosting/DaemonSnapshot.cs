using System.Collections.Immutable;
using Appliance.Admin;
using Appliance.Limiter;
using Appliance.Policies;
using Appliance.Proxy;
using Appliance.Failover;

namespace Appliance.Hosting;

/// <summary>The daemon at one moment, as status, metrics and health show it. A copy; making one disturbs nobody.</summary>
internal sealed record DaemonSnapshot
{
    public required string Node { get; init; }

    public required string Version { get; init; }

    /// <summary>When it was taken, by the wall clock.</summary>
    public DateTimeOffset At { get; init; }

    public required DateTimeOffset StartedAt { get; init; }

    /// <summary>Every reason why traffic should not be sent here; empty: ready.</summary>
    public required ImmutableArray<string> NotReady { get; init; }

    public required ProxyStatus Proxy { get; init; }

    public required DecisionStatistics Decisions { get; init; }

    /// <summary>Null: a single node.</summary>
    public HaReport? Ha { get; init; }

    /// <summary>Null: no policies are configured.</summary>
    public PolicyFileStatus? PolicyFile { get; init; }

    /// <summary>The archive as it was at the last look, the newest first.</summary>
    public IReadOnlyList<KeptBundle> KeptBundles { get; init; } = [];

    /// <summary>Overrides that hold at this moment, by order or by the bundle.</summary>
    public ImmutableArray<ActiveOverride> Overrides { get; init; } = [];

    /// <summary>The bundle in force; null: none.</summary>
    public PolicySnapshot? Bundle { get; init; }

    /// <summary>Whose names metrics carry beside our own.</summary>
    public PolicyCompatibility Compatibility { get; init; }

    public PolicyStatistics? PolicyStatistics { get; init; }

    public LimiterTableStatus? Table { get; init; }

    /// <summary>Null: none since the start.</summary>
    public ReloadReport? LastReload { get; init; }

    public long ReloadsApplied { get; init; }

    public long ReloadsRefused { get; init; }

    public long LogDropped { get; init; }

    /// <summary>Lines of the access log that were lost, in the data plane's buffers or on the way to the output.</summary>
    public long AccessLogDropped { get; init; }

    public TimeSpan LongestPause { get; init; }

    /// <summary>starting, passive, active, unfit, bypass or single.</summary>
    public string Role => Ha is null ? "single" : Ha.Role;
}
