using System.Collections.Immutable;
using System.ComponentModel;
using Appliance.Vrrp.Interop;

namespace Appliance.Vrrp.Addresses;

/// <summary>
/// The links of the virtual MACs: macvlans on the configured interface, made at start, up only while this node holds the addresses, so that
/// a passive node never sends from a MAC that is the peer's just now. Taking one down makes the kernel wait for its readers (10 to 20 ms):
/// that is left to a pool thread; the addresses on it are gone by then.
/// </summary>
internal sealed class VirtualLinks : IDisposable, IThreadPoolWorkItem
{
    private readonly Lock _gate = new();
    private readonly RouteSocket _routes = new();
    private readonly string _parent;
    private readonly int _parentIndex;
    private readonly ImmutableArray<VirtualLink> _links;
    private string _former = "";
    private bool _closed;

    /// <param name="parent">The configured interface.</param>
    /// <param name="parentIndex">Its index.</param>
    /// <param name="links">All that this configuration can make.</param>
    /// <exception cref="Win32Exception">With errno.</exception>
    public VirtualLinks(string parent, int parentIndex, ImmutableArray<VirtualLink> links) =>
        (_parent, _parentIndex, _links) = (parent, parentIndex, links);

    /// <summary>Removes what a dead daemon left: a macvlan on this interface with a configured virtual router's name and MAC.</summary>
    /// <exception cref="HaStartException">A setting of the interface cannot be put back.</exception>
    public void RemoveLeftovers()
    {
        foreach (VirtualLink link in _links)
        {
            if (_routes.FindMacvlan(link.Name) is not { } left || left.Mac != link.Mac || left.ParentIndex != _parentIndex) continue;
            ParentSettings.PutBack(_parent, left.Alias);
            _ = _routes.DeleteLink(left.Index); // gone by itself is as good; in use by nobody else
        }
    }

    /// <summary>Makes all links, down, and prepares the interface below.</summary>
    /// <exception cref="HaStartException">With the operator's reason; what was made goes with Dispose.</exception>
    public void Create()
    {
        lock (_gate)
        {
            _former = ParentSettings.Describe(_parent);
            foreach (VirtualLink link in _links) Create(link);
            ParentSettings.Apply(_parent, _former);
        }
    }

    /// <summary>The heartbeat thread's, before addresses are added. Waits only while a link is being taken down.</summary>
    /// <returns>0, or errno.</returns>
    public int Raise(VirtualLink link)
    {
        lock (_gate)
        {
            link.Wanted = true;
            return _routes.SetLink(link.Index, up: true);
        }
    }

    /// <summary>The heartbeat thread's, after addresses are gone. Never waits.</summary>
    public void Lower(VirtualLink link)
    {
        link.Wanted = false;
        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }

    /// <summary>Takes down what is not wanted any more.</summary>
    void IThreadPoolWorkItem.Execute()
    {
        foreach (VirtualLink link in _links)
        {
            lock (_gate)
            {
                if (!_closed && !link.Wanted && link.Index != 0) _ = _routes.SetLink(link.Index, up: false); // without addresses it says nothing worse than a group left
            }
        }
    }

    /// <summary>Removes the links and puts the settings of the interface back.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            if (_closed) return;
            _closed = true;
            try
            {
                ParentSettings.PutBack(_parent, _former);
            }
            catch (HaStartException)
            {
                // The interface itself is gone, and its settings with it; or /proc was closed to us: cleanup by hand is all that is left.
            }

            foreach (VirtualLink link in _links)
            {
                if (link.Index != 0) _ = _routes.DeleteLink(link.Index);
            }

            _routes.Dispose();
        }
    }

    private void Create(VirtualLink link)
    {
        int error = _routes.CreateMacvlan(link.Name, link.Mac, _parentIndex);
        if (error == SocketNumbers.Exists) throw new HaStartException($"ha.vrrp.virtual_mac: there is an interface {link.Name} already, which is not ours; remove it or change the virtual_router_id");
        if (error != 0) throw Failed(link, error);
        link.Index = _routes.FindMacvlan(link.Name)?.Index ?? throw Failed(link, SocketNumbers.NoSuchDevice);
        error = _routes.SetAlias(link.Index, _former);
        if (error != 0) throw Failed(link, error);

        // Only for its own addresses, and with no others than those that are given to it. Loose reverse path: answers may leave by the
        // interface below, and 2 is what counts even if the setting for all interfaces is 1.
        new KernelSetting("ipv4", link.Name, "arp_ignore").Write(1);
        new KernelSetting("ipv4", link.Name, "arp_announce").Write(2);
        new KernelSetting("ipv4", link.Name, "rp_filter").Write(2);
        if (new KernelSetting("ipv6", link.Name, "disable_ipv6").Read() is null) return; // a kernel without IPv6
        if (!link.Ip6)
        {
            new KernelSetting("ipv6", link.Name, "disable_ipv6").Write(1);
            return;
        }

        new KernelSetting("ipv6", link.Name, "disable_ipv6").Write(0);
        new KernelSetting("ipv6", link.Name, "addr_gen_mode").Write(1);
        new KernelSetting("ipv6", link.Name, "accept_ra").Write(0);
    }

    private static HaStartException Failed(VirtualLink link, int error) => new(
        $"ha.vrrp.virtual_mac: the macvlan {link.Name} cannot be made: {new Win32Exception(error).Message}",
        notPermitted: error is SocketNumbers.NotPermitted or SocketNumbers.AccessDenied);
}
