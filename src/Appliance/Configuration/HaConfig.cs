using System.Collections.Immutable;
using System.Net;

namespace Appliance.Configuration;

/// <summary>The `ha` section: one virtual router shared by two nodes (ha.md). Immutable.</summary>
internal sealed record HaConfig
{
    /// <summary>Preferred when both nodes are fit; exactly one of the pair.</summary>
    public required bool Primary { get; init; }

    /// <summary>Where adverts are sent and the virtual addresses live.</summary>
    public required string Interface { get; init; }

    /// <summary>1..255; equal on both nodes, unique in the network.</summary>
    public required int VirtualRouterId { get; init; }

    /// <summary>In the order they are advertised; at least one, IPv4.</summary>
    public required ImmutableArray<VirtualAddressConfig> VirtualAddresses { get; init; }

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

    /// <summary>A recovered primary takes the role back, by planned handover.</summary>
    public required bool Preempt { get; init; }

    /// <summary>How long it waits before it does.</summary>
    public required TimeSpan PreemptDelay { get; init; }

    /// <summary>Addresses on the LAN that prove this node can be reached; empty: the default gateway.</summary>
    public required ImmutableArray<IPAddress> Witnesses { get; init; }

    /// <summary>Details of the wire protocol.</summary>
    public required VrrpConfig Vrrp { get; init; }
}
