using System.Collections.Immutable;
using Appliance.Cli;
using Appliance.Configuration;
using Appliance.Hosting;
using Appliance.Vrrp;
using Microsoft.Extensions.Logging;

namespace Appliance.Failover;

/// <summary>The real election, in the words of this folder.</summary>
internal sealed class VrrpNode : IRoleNode
{
    private readonly HaNode _node;
    private readonly HaSettings _settings;
    private readonly DateTimeOffset _createdAt;
    private volatile bool _started;

    private VrrpNode(HaSettings settings, TimeProvider time, ILogger log)
    {
        _settings = settings;
        _createdAt = time.GetUtcNow();
        _node = new HaNode(settings, log, time);
        _node.Transitioned += change => Changed?.Invoke(new RoleChange(RoleNames.Of(change.From), RoleNames.Of(change.To), change.Reason, change.VirtualRouterId));
    }

    public event Action<RoleChange>? Changed;

    public event Action<byte>? HandoverWanted
    {
        add => _node.HandoverWanted += value;
        remove => _node.HandoverWanted -= value;
    }

    /// <summary>Nothing is opened yet. Null: the config has no ha section.</summary>
    /// <param name="config">As loaded.</param>
    /// <param name="knownFlaps">How long ago each flap of earlier starts was; asked only with an ha section.</param>
    /// <param name="time">The wall clock.</param>
    /// <param name="log">The election's.</param>
    /// <exception cref="StartException">The cluster secret cannot be used.</exception>
    public static VrrpNode? Create(ApplianceConfig config, Func<ImmutableArray<TimeSpan>> knownFlaps, TimeProvider time, ILogger log) =>
        ElectionSettings.Read(config) is { } settings ? new VrrpNode(settings with { KnownFlaps = knownFlaps() }, time, log) : null;

    public void Start()
    {
        try
        {
            _node.Start();
            _started = true;
        }
        catch (HaStartException error)
        {
            throw new StartException(error.NotPermitted ? ExitCode.NotPermitted : ExitCode.Failed, $"ha: {error.Message}");
        }
    }

    public void SetReady() => _node.SetReady();

    public void SetFingerprints(ReadOnlySpan<byte> config, ReadOnlySpan<byte> bundle) => _node.SetFingerprints(config, bundle);

    public void SetKeys(System.Collections.Immutable.ImmutableArray<ClusterKey> keys)
    {
        if (!keys.IsEmpty) _node.SetKeys(keys); // none: the peer is a foreign router, nothing is signed
    }

    public void SetStandby(bool on) => _node.SetStandby(on, "operator's order");

    public void ReportDataPlane(bool moves) => _node.ReportDataPlane(moves);

    public void ReportUpstreams(bool enough) => _node.ReportUpstreams(enough);

    public void ReportBandwidth(bool enough) => _node.ReportBandwidth(enough);

    public void Reset() => _node.Reset();

    public async Task<string?> HandoverAsync(bool force, byte? routerId, CancellationToken cancellation)
    {
        HandoverResult result = await _node.HandoverAsync(force, routerId, cancellation).ConfigureAwait(false);
        return result.Done ? null : result.Reason;
    }

    public HaReport Report() => _started ? HaReporter.Report(_settings, _node.GetStatus()) : HaReporter.Starting(_settings, _createdAt);

    public void Dispose() => _node.Dispose();
}
