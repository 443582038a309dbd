using System.Collections.Immutable;
using System.Net;
using Appliance.Vrrp;

namespace Vrrp.Tests.Transport;

internal sealed record VirtualSettings
{
    public int IntervalMs { get; init; } = 100;
    public int Threshold { get; init; } = 3;
    public bool Preempt { get; init; } = true;
    public int Primary { get; init; }
    public bool SamePrimary { get; init; }
    public bool HasPeer { get; init; } = true;
    public bool Witness { get; init; }
    public int MaximumFlaps { get; init; } = 4;
    public bool Passthrough { get; init; }

    public bool Ip4 { get; init; } = true;
    public bool Ip6 { get; init; }

    public ImmutableArray<VirtualAddress> VirtualAddresses =>
    [
        .. Ip4 ? new[] { new VirtualAddress(IPAddress.Parse("192.0.2.100"), 24) } : [],
        .. Ip6 ? new[] { new VirtualAddress(IPAddress.Parse("2001:db8::100"), 64) } : [],
    ];

    public long IntervalNs => IntervalMs * 1_000_000L;
}
