using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Net;
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

    /// <summary>Where adverts go.</summary>
    public required uint Destination { get; init; }

    /// <summary>Source of the adverts: the LAN address, or with unicast the HA address.</summary>
    public required uint Source { get; init; }

    /// <summary>Virtual addresses, four bytes each, network order.</summary>
    public required byte[] Addresses { get; init; }
    public required long LifetimeNs { get; init; }

    /// <summary>Flaps of earlier starts: how long ago, oldest first.</summary>
    public required ImmutableArray<long> KnownFlaps { get; init; }

    /// <summary>At most ten probes a second.</summary>
    public required long ProbeIntervalNs { get; init; }

    /// <summary>Well below the lifetime: three refreshes may fail before an address is lost.</summary>
    public long RefreshNs => LifetimeNs / 5;

    public int IntervalCs => (int)(Election.IntervalNs / 10_000_000);

    public static DriverSettings From(HaSettings s, HaGroup group, uint lanAddress, int interfaceIndex)
    {
        long intervalNs = s.PeerCheckInterval.Ticks * NsPerTick;
        long probeNs = Math.Max(intervalNs, ProbeFloorNs);
        uint own = s.Address is null ? 0 : ToNumber(s.Address);
        uint peer = s.Peer is null ? 0 : ToNumber(s.Peer);
        byte[] addresses = new byte[group.VirtualAddresses.Length * VrrpWire.AddressBytes];
        for (int i = 0; i < group.VirtualAddresses.Length; i++)
        {
            BinaryPrimitives.WriteUInt32BigEndian(addresses.AsSpan(i * VrrpWire.AddressBytes), ToNumber(group.VirtualAddresses[i].Address));
        }

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
                LanAddress = s.Unicast ? own : lanAddress,
            },
            Expected = new VrrpExpectation
            {
                RouterId = group.VirtualRouterId,
                OwnAddress = s.Unicast ? own : lanAddress,
                UnicastPeer = s.Unicast ? peer : null,
                InterfaceIndex = s.Unicast ? 0 : interfaceIndex,
            },
            KnownFlaps = [.. s.KnownFlaps.Select(ago => ago.Ticks * NsPerTick).OrderDescending()],
            Node = s.Node,
            Checksum = s.Checksum,
            Destination = s.Unicast ? peer : VrrpWire.Group,
            Source = s.Unicast ? own : lanAddress,
            Addresses = addresses,
            LifetimeNs = (long)Math.Ceiling(s.AddressLifetime.TotalSeconds) * 1_000_000_000,
            ProbeIntervalNs = probeNs,
        };
    }

    /// <summary>IPv4 in host byte order.</summary>
    public static uint ToNumber(IPAddress address)
    {
        Span<byte> b = stackalloc byte[4];
        return address.TryWriteBytes(b, out _) ? BinaryPrimitives.ReadUInt32BigEndian(b) : 0;
    }
}
