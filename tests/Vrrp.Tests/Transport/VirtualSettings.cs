namespace Vrrp.Tests.Transport;

internal sealed record VirtualSettings
{
    public int IntervalMs { get; init; } = 100;
    public int Threshold { get; init; } = 3;
    public bool Preempt { get; init; } = true;
    public int Primary { get; init; }
    public bool SamePrimary { get; init; }
    public bool HasPeer { get; init; } = true;
    public bool Witness { get; init; }
    public int MaximumFlaps { get; init; } = 4;
    public bool Passthrough { get; init; }

    public long IntervalNs => IntervalMs * 1_000_000L;
}
