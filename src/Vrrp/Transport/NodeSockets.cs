using System.Collections.Immutable;
using System.ComponentModel;
using System.Net;
using System.Net.NetworkInformation;
using Appliance.Vrrp.Addresses;
using Appliance.Vrrp.Interop;

namespace Appliance.Vrrp.Transport;

/// <summary>Everything a node has open. Opening is all or nothing, and each failure is one line for the operator.</summary>
internal sealed class NodeSockets : IDisposable
{
    private readonly List<IDisposable> _open = [];

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

    public VrrpSocket Lan { get; private set; } = null!; // as above

    public ArpSocket? Arp { get; private set; }

    public HaPortSocket? HaPort { get; private set; }

    /// <summary>Configured addresses that are on the interface without a lifetime: not ours.</summary>
    public IReadOnlyList<VirtualAddress> Permanent { get; private set; } = [];

    /// <exception cref="HaStartException">With the operator's reason; nothing stays open.</exception>
    public static NodeSockets Open(HaSettings settings, bool withHaPort)
    {
        var errors = settings.Validate();
        if (!errors.IsEmpty) throw new HaStartException("ha." + string.Join("; ha.", errors));
        var sockets = new NodeSockets(settings);
        try
        {
            sockets.OpenAll(withHaPort);
            return sockets;
        }
        catch
        {
            sockets.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        for (int i = _open.Count - 1; i >= 0; i--) _open[i].Dispose();
        _open.Clear();
    }

    private void OpenAll(bool withHaPort)
    {
        InterfaceIndex = FindInterface(Settings.Interface);
        Routes = Keep(Try("netlink", static () => new RouteSocket()));
        if (!Routes.TryGetLink(InterfaceIndex, out InterfaceLink link)) throw NoInterface(Settings.Interface);
        Link = link;
        uint own = FindOwnAddress();
        Groups = [.. Settings.Groups.Select(group => Bind(group, own))];
        Watch = Keep(Try("netlink notifications", static () => new RouteWatch()));
        Lan = Keep(Try("VRRP (protocol 112)", () => new VrrpSocket(Settings.Interface, InterfaceIndex, Driver.Source, Driver.Destination)));
        if (link.Ethernet) Arp = Keep(Try("ARP", () => new ArpSocket(InterfaceIndex, link.Mac)));
        if (!withHaPort || Settings.Peer is null || Settings.Address is null) return;
        (uint local, uint peer) = (DriverSettings.ToNumber(Settings.Address), DriverSettings.ToNumber(Settings.Peer));
        HaPort = Keep(Try($"HA port {Settings.Address}:{Settings.Port}", () => new HaPortSocket(local, peer, Settings.Port)));
    }

    private GroupAddresses Bind(HaGroup group, uint own)
    {
        var driver = DriverSettings.From(Settings, group, own, InterfaceIndex);
        return new GroupAddresses(group, driver, new AddressHolder(Routes, InterfaceIndex, group.VirtualAddresses, (uint)(driver.LifetimeNs / 1_000_000_000)));
    }

    private uint FindOwnAddress()
    {
        uint own = 0;
        var permanent = new List<VirtualAddress>();
        foreach (InterfaceAddress there in Try("netlink", Routes.DumpAddresses))
        {
            if (there.InterfaceIndex != InterfaceIndex) continue;
            VirtualAddress configured = Settings.Groups.SelectMany(group => group.VirtualAddresses).FirstOrDefault(v => DriverSettings.ToNumber(v.Address) == there.Address);
            if (configured.Address is null)
            {
                if (own == 0) own = there.Address;
            }
            else if (!there.Finite)
            {
                permanent.Add(configured);
            }
        }

        Permanent = permanent;
        if (own != 0) return own;
        throw new HaStartException($"ha.interface: {Settings.Interface} has no IPv4 address of its own; adverts need a source");
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
        return found?.GetIPProperties().GetIPv4Properties()?.Index ?? throw NoInterface(name);
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

    /// <summary>IPv4 in host byte order as text.</summary>
    public static string Text(uint address) => new IPAddress(System.Buffers.Binary.BinaryPrimitives.ReverseEndianness(address)).ToString();
}
