namespace Appliance.Proxy.Layer4;

/// <summary>Totals of a udp listener on one loop: one writer, plain increments.</summary>
internal sealed class UdpCounters
{
    private readonly long[] _dropped = new long[Enum.GetValues<UdpDropReason>().Length];

    internal long FromClients { get; set; }

    internal long ToClients { get; set; }

    internal void CountDrop(UdpDropReason reason) => _dropped[(int)reason]++;

    internal long Dropped(int reason) => _dropped[reason];
}
