using System.Collections.Immutable;
using System.Text;
using Appliance.Vrrp.Addresses;
using Appliance.Vrrp.Monitors;

namespace Appliance.Vrrp.Transport;

/// <summary>
/// The links of this machine that count: the interface of the virtual addresses and those of the pairs. A link that does not exist
/// counts as down, so that a card that died over a reboot does not keep the daemon from starting. Heartbeat thread; allocates nothing
/// after construction.
/// </summary>
internal sealed class LinkWatch
{
    private readonly RouteSocket _routes;
    private readonly int _interfaceIndex;
    private readonly byte[][] _names;

    public LinkWatch(RouteSocket routes, HaSettings settings, int interfaceIndex, bool carrier)
    {
        (_routes, _interfaceIndex) = (routes, interfaceIndex);
        List<string> names = [settings.Interface, .. settings.Links.Pairs.SelectMany(pair => pair).Where(name => name != settings.Interface).Distinct()];
        Names = [.. names];
        _names = [.. names.Select(name => Encoding.UTF8.GetBytes(name + '\0'))];
        bool[] up = new bool[names.Count];
        up[0] = carrier;
        for (int link = 1; link < up.Length; link++) up[link] = Look(link);
        ImmutableArray<ImmutableArray<int>> pairs = [.. settings.Links.Pairs.Select(pair => pair.Select(name => names.IndexOf(name)).ToImmutableArray())];
        Monitor = new LinkMonitor(up, pairs, settings.Links.MinimumActive, settings.Links.DebounceDown.Ticks * 100, settings.Links.DebounceUp.Ticks * 100);
    }

    public LinkMonitor Monitor { get; }

    /// <summary>Of the links, in the monitor's order.</summary>
    public ImmutableArray<string> Names { get; }

    /// <summary>The safety net beside the kernel's events.</summary>
    public void Poll(long nowNs)
    {
        for (int link = 0; link < _names.Length; link++) Monitor.See(link, Look(link), nowNs);
    }

    /// <summary>A message of type NewLink or DeleteLink.</summary>
    public void OnMessage(ReadOnlySpan<byte> message, long nowNs)
    {
        if (!RouteMessage.TryReadLink(message, out InterfaceLink link)) return;
        if (link.Index == _interfaceIndex) Monitor.See(0, link.Carrier, nowNs);
        for (int other = 1; other < _names.Length; other++)
        {
            if (RouteMessage.IsNamed(message, _names[other])) Monitor.See(other, link.Carrier, nowNs);
        }
    }

    private bool Look(int link) =>
        (link == 0 ? _routes.TryGetLink(_interfaceIndex, out InterfaceLink found) : _routes.TryGetLink(_names[link], out found)) && found.Carrier;
}
