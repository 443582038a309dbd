using Appliance.Limiter.AddressLists;
using Appliance.Limiter.Tokens;

namespace Appliance.Limiter.Descriptors;

/// <summary>Where descriptors come from that a request does not say itself: `policies.jwt` and `policies.ip_lists`, their files read. Immutable.</summary>
public sealed record DescriptorSources
{
    /// <summary>Nothing configured: tokens are read unverified, addresses have no facts.</summary>
    public static DescriptorSources None { get; } = new();

    /// <summary>How tokens are verified.</summary>
    public JwtSettings Jwt { get; init; } = new();

    /// <summary>`country`; null: none.</summary>
    public AddressList? Countries { get; init; }

    /// <summary>`asn`; null: none.</summary>
    public AddressList? Asns { get; init; }

    /// <summary>`type`; null: none.</summary>
    public AddressList? Types { get; init; }

    /// <summary>`tor`; null: none.</summary>
    public AddressList? TorExits { get; init; }
}
