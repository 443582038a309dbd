using System.Collections.Immutable;
using System.Security.Cryptography;

namespace Appliance.Configuration;

/// <summary>
/// SHA-256 over the parts of a configuration that both nodes of a pair must agree on (sync.md section 3). What belongs to one node
/// (its name, addresses, paths of files, log) does not enter; neither do comments, spelling or the order of listeners and upstreams.
/// </summary>
/// <param name="Whole">32 bytes over all sections.</param>
/// <param name="Sections">Name of a section and its 32 bytes, to name what differs.</param>
internal sealed record ConfigFingerprint(ImmutableArray<byte> Whole, ImmutableArray<(string Section, ImmutableArray<byte> Hash)> Sections)
{
    /// <summary>Of a loaded configuration.</summary>
    public static ConfigFingerprint Of(ApplianceConfig config)
    {
        ImmutableArray<(string, ImmutableArray<byte>)> sections =
        [
            ("virtual_addresses", Hash(CanonicalConfig.Bytes(w => CanonicalConfig.WriteVirtualAddresses(w, config.Ha)))),
            ("listeners", Hash(CanonicalConfig.Bytes(w => CanonicalTraffic.WriteListeners(w, config)))),
            ("upstreams", Hash(CanonicalConfig.Bytes(w => CanonicalTraffic.WriteUpstreams(w, config)))),
            ("policies", Hash(CanonicalConfig.Bytes(w => CanonicalConfig.WritePolicies(w, config.Policies)))),
        ];
        byte[] joined = [.. sections.SelectMany(s => s.Item2)];
        return new(Hash(joined), sections);
    }

    /// <inheritdoc/>
    public override string ToString() => Convert.ToHexStringLower(Whole.AsSpan());

    private static ImmutableArray<byte> Hash(ReadOnlySpan<byte> content) => ImmutableArray.Create(SHA256.HashData(content));
}
