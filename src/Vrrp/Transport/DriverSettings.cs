using System.Collections.Immutable;
using Appliance.Vrrp.Addresses;
using Appliance.Vrrp.State;
using Appliance.Vrrp.Wire;

namespace Appliance.Vrrp.Transport;

/// <summary>A node's settings resolved to numbers: what the election, the wire and the address lifetime need.</summary>
internal sealed record DriverSettings
{
    private const long NsPerTick = 100;
    private const long ProbeFloorNs = 100_000_000;

    public required ElectionSettings Election { get; init; }
    public required VrrpExpectation Expected { get; init; }
    public required string Node { get; init; }
    public required VrrpChecksum Checksum { get; init; }

    /// <summary>One advert of each is sent per beat: IPv4 first, where both families are there.</summary>
    public required ImmutableArray<AdvertPlan> Adverts { get; init; }
    public required long LifetimeNs { get; init; }

    /// <summary>Flaps of earlier starts: how long ago, oldest first.</summary>
    public required ImmutableArray<long> KnownFlaps { get; init; }

    /// <summary>At most ten probes a second.</summary>
    public required long ProbeIntervalNs { get; init; }

    /// <summary>Well below the lifetime: three refreshes may fail before an address is lost.</summary>
    public long RefreshNs => LifetimeNs / 5;

    /// <summary>The lifetime as the kernel wants it.</summary>
    public uint LifetimeSeconds => (uint)(LifetimeNs / 1_000_000_000);

    public int IntervalCs => (int)(Election.IntervalNs / 10_000_000);

    /// <summary>What an advert's sender counts as in comparisons: 0 where IPv4 decides and the advert came over IPv6.</summary>
    public UInt128 Comparable(bool ip6, UInt128 source) => ip6 && !Adverts[0].Ip6 ? 0 : source;

    /// <summary>Null: this group sends no adverts of that family.</summary>
    public AdvertPlan? PlanOf(bool ip6)
    {
        foreach (AdvertPlan plan in Adverts)
        {
            if (plan.Ip6 == ip6) return plan;
        }

        return null;
    }

    public static DriverSettings From(HaSettings s, HaGroup group, OwnAddresses lan, int interfaceIndex)
    {
        long intervalNs = s.PeerCheckInterval.Ticks * NsPerTick;
        long probeNs = Math.Max(intervalNs, ProbeFloorNs);
        UInt128 own = s.Address is null ? 0 : AddressNumber.Of(s.Address);
        UInt128 peer = s.Peer is null ? 0 : AddressNumber.Of(s.Peer);
        ImmutableArray<AdvertPlan> adverts = AdvertPlan.For(s, GroupAddressList.Of(group), lan);
        return new DriverSettings
        {
            Election = new ElectionSettings
            {
                HasPeer = s.Peer is not null,
                Primary = group.Primary,
                Priority = s.Priority,
                IntervalNs = intervalNs,
                FailureThreshold = s.PeerFailureThreshold,
                RecoveryThreshold = s.PeerRecoveryThreshold,
                Preempt = s.Preempt,
                PreemptDelayNs = s.PreemptDelay.Ticks * NsPerTick,
                MaximumFlaps = s.MaximumFlaps,
                FlapWindowNs = s.FlapWindow.Ticks * NsPerTick,
                Bypass = s.BypassAction,
                BypassHoldNs = s.BypassHold.Ticks * NsPerTick,
                EvidenceWindowNs = s.PeerFailureThreshold * probeNs + probeNs / 2,
                HaAddress = own,
                PeerHaAddress = peer,
                LanAddress = adverts[0].Source,
            },
            Expected = new VrrpExpectation
            {
                RouterId = group.VirtualRouterId,
                Ip4 = adverts.Any(plan => !plan.Ip6),
                Ip6 = adverts.Any(plan => plan.Ip6),
                OwnAddress = s.Unicast ? own : lan.Ip4,
                OwnAddress6 = s.Unicast ? own : lan.LinkLocal,
                UnicastPeer = s.Unicast ? peer : null,
                InterfaceIndex = s.Unicast ? 0 : interfaceIndex,
            },
            KnownFlaps = [.. s.KnownFlaps.Select(ago => ago.Ticks * NsPerTick).OrderDescending()],
            Node = s.Node,
            Checksum = s.Checksum,
            Adverts = adverts,
            // The kernel takes an address away up to a second late: what the settings promise is the outer bound.
            LifetimeNs = Math.Max(1, (long)s.AddressLifetime.TotalSeconds - 1) * 1_000_000_000,
            ProbeIntervalNs = probeNs,
        };
    }
}
