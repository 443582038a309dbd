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

    private VrrpNode(HaSettings settings, TimeProvider time, ILogger log)
    {
        _settings = settings;
        _node = new HaNode(settings, log, time);
        _node.Transitioned += change => Changed?.Invoke(new RoleChange(RoleNames.Of(change.From), RoleNames.Of(change.To), change.Reason));
    }

    public event Action<RoleChange>? Changed;

    public event Action<byte>? HandoverWanted
    {
        add => _node.HandoverWanted += value;
        remove => _node.HandoverWanted -= value;
    }

    /// <summary>Nothing is opened yet. Null: the config has no ha section.</summary>
    /// <exception cref="StartException">The cluster secret cannot be used.</exception>
    public static VrrpNode? Create(ApplianceConfig config, TimeProvider time, ILogger log) =>
        ElectionSettings.Read(config) is { } settings ? new VrrpNode(settings, time, log) : null;

    public void Start()
    {
        try
        {
            _node.Start();
        }
        catch (HaStartException error)
        {
            throw new StartException(error.NotPermitted ? ExitCode.NotPermitted : ExitCode.Failed, $"ha: {error.Message}");
        }
    }

    public void SetReady() => _node.SetReady();

    public void SetFingerprints(ReadOnlySpan<byte> config, ReadOnlySpan<byte> bundle) => _node.SetFingerprints(config, bundle);

    public void SetStandby(bool on) => _node.SetStandby(on, "operator's order");

    public void ReportDataPlane(bool moves) => _node.ReportDataPlane(moves);

    public async Task<string?> HandoverAsync(bool force, byte? routerId, CancellationToken cancellation)
    {
        HandoverResult result = await _node.HandoverAsync(force, routerId, cancellation).ConfigureAwait(false);
        return result.Done ? null : result.Reason;
    }

    public HaReport Report() => HaReporter.Report(_settings, _node.GetStatus());

    public void Dispose() => _node.Dispose();
}
