using System.Collections.Immutable;
using System.Net;

namespace Appliance.Vrrp;

/// <summary>All that one node needs to know about its pair. Immutable; a change means a new <see cref="HaNode"/>.</summary>
public sealed record HaSettings
{
    /// <summary>This node's name, 1 .. 63 bytes of UTF-8; differs from the peer's.</summary>
    public required string Node { get; init; }

    /// <summary>Where adverts are sent and virtual addresses live.</summary>
    public required string Interface { get; init; }

    /// <summary>The virtual routers, 1 .. 16 with different ids: one for active-passive, one owned by each node for active-active.</summary>
    public required ImmutableArray<HaGroup> Groups { get; init; }

    /// <summary>Own address on the HA link, IPv4 or IPv6 but not link-local; required with <see cref="Peer"/> and of its family.</summary>
    public IPAddress? Address { get; init; }

    /// <summary>The other node's address on the HA link; null: a foreign VRRP router is the peer, the RFC's rules stand alone.</summary>
    public IPAddress? Peer { get; init; }

    /// <summary>UDP port of the authenticated heartbeat, on both nodes.</summary>
    public int Port { get; init; } = 7400;

    /// <summary>The first key signs, all verify; at least one with <see cref="Peer"/>.</summary>
    public ImmutableArray<ClusterKey> Keys { get; init; } = [];

    /// <summary>Time between adverts and between heartbeats: 10 ms .. 40 s, a multiple of 10 ms.</summary>
    public TimeSpan PeerCheckInterval { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>Checks missed in a row on every path until the peer counts as down, 1 .. 255.</summary>
    public int PeerFailureThreshold { get; init; } = 3;

    /// <summary>Good checks in a row until a failed peer is trusted again, 1 .. 255.</summary>
    public int PeerRecoveryThreshold { get; init; } = 5;

    /// <summary>The preferred node takes the role back, by planned handover.</summary>
    public bool Preempt { get; init; } = true;

    /// <summary>How long the preferred node has been fit and trusted before it asks for the role.</summary>
    public TimeSpan PreemptDelay { get; init; }

    /// <summary>Addresses on the LAN, of either family, that prove this node can be reached; empty: the interface's default gateway.</summary>
    public ImmutableArray<IPAddress> Witnesses { get; init; } = [];

    /// <summary>Adverts go to <see cref="Peer"/> instead of 224.0.0.18 and ff02::12; only those of its family, which each group must have an address of.</summary>
    public bool Unicast { get; init; }

    /// <summary>Checksum of the adverts sent.</summary>
    public VrrpChecksum Checksum { get; init; }

    /// <summary>1 .. 255; null: 254 for the primary, 253 for the other.</summary>
    public int? Priority { get; init; }

    /// <summary>A virtual address that is no longer refreshed is gone after at most this: 2 s .. 1 h, whole seconds.</summary>
    public TimeSpan AddressLifetime { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>Addresses live on a macvlan with the virtual router's own MAC, 00:00:5e:00:01:VRID (IPv6: 00:00:5e:00:02:VRID).</summary>
    public bool VirtualMac { get; init; }

    /// <summary>More losses of the active role than this within <see cref="FlapWindow"/> lead to Bypass; 0 .. 100.</summary>
    public int MaximumFlaps { get; init; } = 4;

    /// <summary>How long a flap counts; 1 s .. 24 h.</summary>
    public TimeSpan FlapWindow { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>How long ago this node lost the active role before this start, such as by a crash; those within the window count.</summary>
    public ImmutableArray<TimeSpan> KnownFlaps { get; init; } = [];

    /// <summary>What a node in Bypass does.</summary>
    public HaBypassAction BypassAction { get; init; }

    /// <summary>After this long a node leaves Bypass by itself; zero: only by <see cref="HaNode.Reset"/>. Up to 24 h.</summary>
    public TimeSpan BypassHold { get; init; }

    /// <summary>Links that are watched besides the carrier of <see cref="Interface"/>.</summary>
    public HaLinkSettings Links { get; init; } = new();

    /// <summary>Every mistake, in the operator's words (config keys below `ha.`); empty: good.</summary>
    public ImmutableArray<string> Validate() => HaSettingsRules.Check(this);

    /// <summary>Node and router only: keys never appear in text.</summary>
    public override string ToString() => $"{Node} on {Interface}, vrid {string.Join(", ", Groups.Select(group => group.VirtualRouterId))}";
}
