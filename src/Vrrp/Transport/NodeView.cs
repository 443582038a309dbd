namespace Appliance.Vrrp.Transport;

/// <summary>What the heartbeat thread publishes for status readers.</summary>
/// <param name="Groups">In the order of the settings; never empty.</param>
internal sealed record NodeView(GroupView[] Groups)
{
    public long NowNs { get; init; }

    public bool WitnessAsked { get; init; }

    public int LinkPairs { get; init; }

    public int MinimumPairs { get; init; }

    public int ActivePairs { get; init; }
}
