using System.Collections.Immutable;
using System.Net;

namespace Appliance.Configuration;

/// <summary>The `ha` section: one or more virtual routers shared by two nodes (ha.md). Immutable.</summary>
internal sealed record HaConfig
{
    /// <summary>Each node is preferred for a group of its own.</summary>
    public required bool ActiveActive { get; init; }

    /// <summary>Where adverts are sent and the virtual addresses live.</summary>
    public required string Interface { get; init; }

    /// <summary>At least one; the flat keys of the section are one group.</summary>
    public required ImmutableArray<HaGroupConfig> Groups { get; init; }

    /// <summary>Own address on the HA link; given exactly when <see cref="Peer"/> is.</summary>
    public required IPAddress? Address { get; init; }

    /// <summary>The other node's address on the HA link; null: the peer is a foreign VRRP router and only adverts count.</summary>
    public required IPAddress? Peer { get; init; }

    /// <summary>HA port: UDP heartbeat, TCP state sync.</summary>
    public required int Port { get; init; }

    /// <summary>The cluster secret; an absolute path.</summary>
    public required string SecretFile { get; init; }

    /// <summary>Adverts and heartbeats; 10 ms .. 40 s, a multiple of 10 ms.</summary>
    public required TimeSpan PeerCheckInterval { get; init; }

    /// <summary>Missed checks in a row until the peer is down.</summary>
    public required int PeerFailureThreshold { get; init; }

    /// <summary>Good checks in a row until a failed peer is trusted again.</summary>
    public required int PeerRecoveryThreshold { get; init; }

    /// <summary>A recovered owner takes the role back, by planned handover.</summary>
    public required bool Preempt { get; init; }

    /// <summary>How long it waits before it does.</summary>
    public required TimeSpan PreemptDelay { get; init; }

    /// <summary>More losses of the active role than this within <see cref="FlapWindow"/> lead to bypass.</summary>
    public required int MaximumFlaps { get; init; }

    /// <summary>How long a flap counts.</summary>
    public required TimeSpan FlapWindow { get; init; }

    /// <summary>What a node does after too many flaps.</summary>
    public required BypassConfig Bypass { get; init; }

    /// <summary>Too little received traffic makes a node unfit; null: not watched.</summary>
    public required BandwidthConfig? Bandwidth { get; init; }

    /// <summary>Links that must have carrier.</summary>
    public required LinkConfig Links { get; init; }

    /// <summary>Addresses on the LAN that prove this node can be reached; empty: the default gateway.</summary>
    public required ImmutableArray<IPAddress> Witnesses { get; init; }

    /// <summary>Without a healthy server in each of these upstreams the node is unfit.</summary>
    public required ImmutableArray<string> TrackedUpstreams { get; init; }

    /// <summary>Details of the wire protocol.</summary>
    public required VrrpConfig Vrrp { get; init; }

    /// <summary>Run at each change of role; null: none. An absolute path.</summary>
    public required string? OnTransition { get; init; }

    /// <summary>The addresses of all groups.</summary>
    public IEnumerable<VirtualAddressConfig> VirtualAddresses => Groups.SelectMany(group => group.VirtualAddresses);

    /// <summary>Path of a group's keys: those of `ha` itself, or of an entry of `ha.groups`.</summary>
    public string PathOf(int group) => Groups[group].Owner is null ? "ha" : $"ha.groups[{group}]";
}
