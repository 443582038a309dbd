using System.Collections.Immutable;
using System.ComponentModel;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using Appliance.Vrrp.Addresses;
using Appliance.Vrrp.Interop;

namespace Appliance.Vrrp.Transport;

/// <summary>Everything a node has open. Opening is all or nothing, and each failure is one line for the operator.</summary>
internal sealed class NodeSockets : IDisposable
{
    private readonly List<IDisposable> _open = [];
    private AdvertFrameSocket? _adverts;
    private VirtualLinks? _leftLinks;

    private NodeSockets(HaSettings settings) => Settings = settings;

    public HaSettings Settings { get; }

    public int InterfaceIndex { get; private set; }

    public InterfaceLink Link { get; private set; }

    /// <summary>One for each virtual router, in the order of the settings.</summary>
    public ImmutableArray<GroupAddresses> Groups { get; private set; } = [];

    /// <summary>Of the first group; timers, source and lifetime are the same for all.</summary>
    public DriverSettings Driver => Groups[0].Driver;

    public RouteSocket Routes { get; private set; } = null!; // set by Open before anyone sees this object

    public RouteWatch Watch { get; private set; } = null!; // as above

    /// <summary>IPv4 adverts; null: no group has an IPv4 address.</summary>
    public VrrpSocket? Lan { get; private set; }

    /// <summary>IPv6 adverts; null: no group has an IPv6 address.</summary>
    public VrrpSocket6? Lan6 { get; private set; }

    public ArpSocket? Arp { get; private set; }

    public NdSocket? Nd { get; private set; }

    /// <summary>This interface's own addresses.</summary>
    public OwnAddresses Own { get; private set; } = null!; // as above

    /// <summary>Null: virtual addresses live on the interface itself.</summary>
    public VirtualLinks? Links { get; private set; }

    public HaPortSocket? HaPort { get; private set; }

    /// <exception cref="HaStartException">With the operator's reason; nothing stays open.</exception>
    /// <param name="settings">Of the node.</param>
    /// <param name="toRun">False: only to clean up, which needs neither the HA port nor links of its own.</param>
    public static NodeSockets Open(HaSettings settings, bool toRun)
    {
        var errors = settings.Validate();
        if (!errors.IsEmpty) throw new HaStartException("ha." + string.Join("; ha.", errors));
        var sockets = new NodeSockets(settings);
        try
        {
            sockets.OpenAll(toRun);
            return sockets;
        }
        catch
        {
            sockets.Dispose();
            throw;
        }
    }

    /// <summary>An advert of either family, by the virtual MAC where there is one. False: not sent.</summary>
    public bool SendAdvert(ReadOnlySpan<byte> packet, byte routerId)
    {
        if (_adverts is not null) return _adverts.Send(packet, routerId);
        return packet[0] >> 4 == 6 ? Lan6 is { } lan6 && lan6.Send(packet) : Lan is { } lan && lan.Send(packet);
    }

    /// <summary>Tells everybody where an address is. False: not sent.</summary>
    public bool Announce(UInt128 address, byte routerId)
    {
        bool ip6 = AddressNumber.IsIp6(address);
        ulong mac = Settings.VirtualMac ? VirtualMac.Of(routerId, ip6) : Link.Mac;
        return ip6 ? Nd is { } nd && nd.Announce(address, mac) : Arp is { } arp && arp.Announce((uint)address, mac);
    }

    /// <summary>Asks the LAN who has an address, in the name of the interface itself.</summary>
    public void Ask(UInt128 address)
    {
        if (AddressNumber.IsIp6(address)) Nd?.Probe(Own.LinkLocal, address);
        else Arp?.Probe((uint)Own.Ip4, (uint)address);
    }

    /// <summary>Takes away what a dead daemon of ours left, addresses first.</summary>
    /// <exception cref="HaStartException">A setting cannot be put back.</exception>
    public ImmutableArray<VirtualAddress> RemoveLeftovers()
    {
        ImmutableArray<VirtualAddress> removed = [.. Groups.SelectMany(group => group.Addresses.RemoveLeftovers())];
        _leftLinks?.RemoveLeftovers();
        return removed;
    }

    /// <summary>Makes the links of the virtual MACs, where they are configured; after leftovers are gone.</summary>
    /// <exception cref="HaStartException">With the operator's reason.</exception>
    public void CreateLinks() => Links?.Create();

    public void Dispose()
    {
        for (int i = _open.Count - 1; i >= 0; i--) _open[i].Dispose();
        _open.Clear();
    }

    private void OpenAll(bool toRun)
    {
        InterfaceIndex = FindInterface(Settings.Interface);
        Routes = Keep(Try("netlink", static () => new RouteSocket()));
        if (!Routes.TryGetLink(InterfaceIndex, out InterfaceLink link)) throw NoInterface(Settings.Interface);
        Link = link;
        if (Settings.VirtualMac && !link.Ethernet) throw new HaStartException($"ha.vrrp.virtual_mac: {Settings.Interface} is no Ethernet interface");
        ImmutableArray<VirtualAddress> all = [.. Settings.Groups.SelectMany(group => GroupAddressList.Of(group))];
        Own = OwnAddresses.Find(Try("netlink", Routes.DumpAddresses), InterfaceIndex, all);
        bool ip6 = all.Any(v => v.Address.AddressFamily == AddressFamily.InterNetworkV6);
        CheckSources(ip4: all.Any(v => v.Address.AddressFamily == AddressFamily.InterNetwork), ip6);
        VirtualLink[] links = [.. Settings.Groups.SelectMany(group => new[] { new VirtualLink(group.VirtualRouterId, false), new VirtualLink(group.VirtualRouterId, true) })];
        _leftLinks = Keep(Try("netlink", () => new VirtualLinks(Settings.Interface, InterfaceIndex, [.. links])));
        if (toRun && Settings.VirtualMac)
        {
            ImmutableArray<VirtualLink> needed = [.. links.Where((made, i) => GroupAddressList.Of(Settings.Groups[i / 2]).Any(v => AddressNumber.IsIp6(AddressNumber.Of(v.Address)) == made.Ip6))];
            Links = Keep(Try("netlink", () => new VirtualLinks(Settings.Interface, InterfaceIndex, needed)));
        }

        Groups = [.. Settings.Groups.Select((group, i) => Bind(group, links[2 * i], links[2 * i + 1]))];
        OpenSockets(ip6);
        if (!toRun || Settings.Peer is null || Settings.Address is null) return;
        (UInt128 local, UInt128 peer) = (AddressNumber.Of(Settings.Address), AddressNumber.Of(Settings.Peer));
        HaPort = Keep(Try($"HA port {Settings.Address} {Settings.Port}", () => new HaPortSocket(local, peer, Settings.Port)));
    }

    private void OpenSockets(bool ip6)
    {
        Watch = Keep(Try("netlink notifications", static () => new RouteWatch()));
        AdvertPlan? plan4 = Groups.Select(group => group.Driver.PlanOf(ip6: false)).FirstOrDefault(plan => plan is not null);
        AdvertPlan? plan6 = Groups.Select(group => group.Driver.PlanOf(ip6: true)).FirstOrDefault(plan => plan is not null);
        if (plan4 is not null) Lan = Keep(Try("VRRP (protocol 112)", () => new VrrpSocket(Settings.Interface, InterfaceIndex, (uint)plan4.Source, (uint)plan4.Destination)));
        if (plan6 is not null) Lan6 = Keep(Try("VRRP over IPv6 (protocol 112)", () => new VrrpSocket6(Settings.Interface, InterfaceIndex, plan6.Destination)));
        if (!Link.Ethernet) return;
        Arp = Keep(Try("ARP", () => new ArpSocket(InterfaceIndex, Link.Mac)));
        bool asks6 = Settings.Witnesses.Any(w => w.AddressFamily == AddressFamily.InterNetworkV6);
        if (ip6 || asks6) Nd = Keep(Try("neighbour discovery", () => new NdSocket(Settings.Interface, InterfaceIndex, Link.Mac)));
        if (Settings.VirtualMac && !Settings.Unicast) _adverts = Keep(Try("advert frames", () => new AdvertFrameSocket(InterfaceIndex)));
    }

    private GroupAddresses Bind(HaGroup group, VirtualLink link4, VirtualLink link6)
    {
        var driver = DriverSettings.From(Settings, group, Own, InterfaceIndex);
        ImmutableArray<VirtualAddress> addresses = GroupAddressList.Of(group);
        bool has4 = addresses.Any(v => v.Address.AddressFamily == AddressFamily.InterNetwork);
        bool has6 = addresses.Any(v => v.Address.AddressFamily == AddressFamily.InterNetworkV6);
        var home4 = new AddressHome(InterfaceIndex, Links is not null && has4 ? link4 : null);
        var home6 = new AddressHome(InterfaceIndex, Links is not null && has6 ? link6 : null);
        return new GroupAddresses(group, driver, new AddressHolder(Routes, addresses, driver.LifetimeSeconds, home4, home6, Links));
    }

    private void CheckSources(bool ip4, bool ip6)
    {
        if (Settings.Unicast) return;
        if (ip4 && Own.Ip4 == 0) throw new HaStartException($"ha.interface: {Settings.Interface} has no IPv4 address of its own; adverts need a source");
        if (ip6 && Own.LinkLocal == 0) throw new HaStartException($"ha.interface: {Settings.Interface} has no IPv6 link-local address of its own; adverts need a source (is IPv6 disabled on it?)");
    }

    private T Keep<T>(T opened)
        where T : IDisposable
    {
        _open.Add(opened);
        return opened;
    }

    private static int FindInterface(string name)
    {
        NetworkInterface? found = Array.Find(NetworkInterface.GetAllNetworkInterfaces(), n => n.Name == name);
        return (found is null ? null : IndexOf(found.GetIPProperties())) ?? throw NoInterface(name);
    }

    /// <summary>Asking for the properties of a family that the kernel or the interface lacks is an error of its own.</summary>
    private static int? IndexOf(IPInterfaceProperties properties)
    {
        try
        {
            return properties.GetIPv4Properties()?.Index;
        }
        catch (NetworkInformationException)
        {
            return properties.GetIPv6Properties()?.Index;
        }
    }

    private static HaStartException NoInterface(string name) => new($"ha.interface: there is no interface {name}");

    private static T Try<T>(string what, Func<T> open)
    {
        try
        {
            return open();
        }
        catch (Win32Exception e)
        {
            throw e.NativeErrorCode switch
            {
                SocketNumbers.NotPermitted or SocketNumbers.AccessDenied =>
                    new HaStartException($"not permitted to open {what}: CAP_NET_RAW and CAP_NET_ADMIN are needed", notPermitted: true, e),
                SocketNumbers.AddressInUse => new HaStartException($"{what} is in use by another process", inner: e),
                SocketNumbers.AddressNotAvailable => new HaStartException($"{what}: this machine does not have that address", inner: e),
                _ => new HaStartException($"cannot open {what}: {e.Message}", inner: e),
            };
        }
    }
}
