namespace Appliance.Configuration;

/// <summary>The `policies.ip_lists` section: absolute paths; null: no such list. Immutable.</summary>
internal sealed record IpListsConfig(string? Country, string? Asn, string? Type, string? Tor);
