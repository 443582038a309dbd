using System.Collections.Immutable;
using Appliance.Limiter;

namespace Appliance.Configuration;

/// <summary>The `policies` section. Immutable.</summary>
internal sealed record PoliciesConfig
{
    /// <summary>The policy bundle; an absolute path.</summary>
    public required string File { get; init; }

    /// <summary>The counters' memory.</summary>
    public required TableConfig Table { get; init; }

    /// <summary>Whose names headers and metrics carry.</summary>
    public PolicyCompatibility Compatibility { get; init; }

    /// <summary>What bundles must be signed with; null: they need no signature. An absolute path.</summary>
    public string? PublicKeyFile { get; init; }

    /// <summary>The N of 1/N, 1 .. 1000.</summary>
    public int InstanceShare { get; init; } = 1;

    /// <summary>What a policy does when the table has no room, unless it says itself.</summary>
    public bool IsClosedWhenTableFull { get; init; }

    /// <summary>How tokens are verified; null: not at all.</summary>
    public JwtConfig? Jwt { get; init; }

    /// <summary>What is known of networks; null: nothing.</summary>
    public IpListsConfig? IpLists { get; init; }

    /// <summary>How many requests may wait at once because a policy delays them; more are rejected.</summary>
    public int MaximumDelayed { get; init; } = 10_000;

    /// <summary>Secret of debug sessions; null: there are none. An absolute path.</summary>
    public string? DebugSecretFile { get; init; }

    /// <summary>SHA-256 of the key files that both nodes must share, by key path; empty when files were not looked at.</summary>
    public ImmutableArray<(string Path, string Sha256)> KeyPrints { get; init; } = [];
}
