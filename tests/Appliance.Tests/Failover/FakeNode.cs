using System.Collections.Immutable;
using Appliance.Failover;
using Appliance.Vrrp;

namespace Appliance.Tests.Failover;

/// <summary>An election that does what the test says and writes down what it is told.</summary>
internal sealed class FakeNode : IRoleNode
{
    public event Action<RoleChange>? Changed;

    public event Action<byte>? HandoverWanted;

    public List<string> Calls { get; } = [];

    public string Role { get; set; } = "active";

    public PeerReport? Peer { get; set; } = new("lb-b", "reachable", "passive", Fit: true);

    /// <summary>Why the next handover is refused; null: it is done.</summary>
    public string? Refusal { get; set; }

    public long Turns { get; set; }

    /// <summary>Flaps within the window.</summary>
    public int Flaps { get; set; }

    public ImmutableArray<MonitorReport> Monitors { get; set; } = [];

    public ImmutableArray<GroupReport> Groups { get; set; } = [];

    public ImmutableArray<string> Warnings { get; set; } = [];

    public void Start() => Calls.Add("start");

    public void SetReady() => Calls.Add("ready");

    public void SetKeys(System.Collections.Immutable.ImmutableArray<Appliance.Vrrp.ClusterKey> keys) => Calls.Add($"keys {string.Join(' ', keys.Select(key => key.Id))}");

    public void SetFingerprints(ReadOnlySpan<byte> config, ReadOnlySpan<byte> bundle) => Calls.Add("fingerprints");

    public void SetStandby(bool on) => Calls.Add($"standby {on}");

    public void ReportDataPlane(bool moves) => Calls.Add($"moves {moves}");

    public void ReportUpstreams(bool enough) => Calls.Add($"upstreams {enough}");

    public void ReportBandwidth(bool enough) => Calls.Add($"bandwidth {enough}");

    public void Reset() => Calls.Add("reset");

    public Task<string?> HandoverAsync(bool force, byte? routerId, CancellationToken cancellation)
    {
        lock (Calls) Calls.Add($"handover force={force}");
        if (Refusal is null) Role = "passive";
        return Task.FromResult(Refusal);
    }

    public HaReport Report() => new()
    {
        Role = Role,
        Reason = "test",
        Since = new DateTimeOffset(2026, 2, 3, 8, 51, 20, TimeSpan.Zero),
        Peer = Peer,
        Monitors = Monitors,
        Groups = Groups,
        Warnings = Warnings,
        Flaps = new FlapReport(Flaps, 4, TimeSpan.FromMinutes(10)),
        Lateness = new LatenessSummary([1_000], [Turns, 0], 0, TimeSpan.Zero, RealTime: false),
    };

    public void Become(string role)
    {
        string from = Role;
        Role = role;
        Changed?.Invoke(new RoleChange(from, role, "test", 51));
    }

    public void AskForHandover() => HandoverWanted?.Invoke(51);

    public void Dispose() => Calls.Add("leave");
}
