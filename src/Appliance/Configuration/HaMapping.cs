using System.Collections.Immutable;
using Appliance.Vrrp;

namespace Appliance.Configuration;

/// <summary>What the election is told of the configuration.</summary>
internal static class HaMapping
{
    /// <summary>Translates a configuration; null on a single node.</summary>
    /// <param name="config">As loaded.</param>
    /// <param name="keys">Of the cluster key file; not needed without a peer.</param>
    public static HaSettings? ToSettings(ApplianceConfig config, ImmutableArray<ClusterKey> keys) => config.Ha is not { } ha ? null : new()
    {
        Node = config.Node,
        Interface = ha.Interface,
        Groups = [.. ha.Groups.Select(ToGroup)],
        Address = ha.Address,
        Peer = ha.Peer,
        Port = ha.Port,
        Keys = keys,
        PeerCheckInterval = ha.PeerCheckInterval,
        PeerFailureThreshold = ha.PeerFailureThreshold,
        PeerRecoveryThreshold = ha.PeerRecoveryThreshold,
        Preempt = ha.Preempt,
        PreemptDelay = ha.PreemptDelay,
        Witnesses = ha.Witnesses,
        Unicast = ha.Vrrp.Unicast,
        Checksum = ha.Vrrp.Checksum == ChecksumForm.Rfc9568 ? VrrpChecksum.Rfc9568 : VrrpChecksum.PseudoHeader,
        Priority = ha.Vrrp.Priority,
        VirtualMac = ha.Vrrp.VirtualMac,
        MaximumFlaps = ha.MaximumFlaps,
        FlapWindow = ha.FlapWindow,
        BypassAction = ha.Bypass.Action,
        BypassHold = ha.Bypass.Hold,
        Links = ToLinks(ha.Links),
    };

    private static HaGroup ToGroup(HaGroupConfig group) => new()
    {
        VirtualRouterId = (byte)group.VirtualRouterId,
        Primary = group.Primary,
        VirtualAddresses = [.. group.VirtualAddresses.Select(v => new VirtualAddress(v.Address, v.PrefixLength))],
    };

    private static HaLinkSettings ToLinks(LinkConfig links) => new()
    {
        Interval = links.Interval,
        Pairs = links.Pairs,
        MinimumActive = links.Pairs.IsEmpty ? 0 : links.MinimumActive, // the default of one asks for a pair only where there are pairs
        DebounceDown = links.DebounceDown,
        DebounceUp = links.DebounceUp,
    };
}
