using System.Collections.Immutable;
using Appliance.Configuration;
using Appliance.Limiter;

namespace Appliance.Policies;

/// <summary>What a bundle file must fulfil and is compiled with, by the configuration. Immutable.</summary>
internal sealed record BundleTerms
{
    private const int MaximumKeyBytes = 64 * 1024;

    /// <summary>What bundles must be signed with; null: they need no signature.</summary>
    public BundleSignature? Signature { get; init; }

    /// <summary>For a bundle that is loaded while the daemon runs.</summary>
    public BundleOptions Options { get; init; } = new();

    /// <summary>For a start and for kept bundles: a node that starts again after an override's time must not be without a bundle for it.</summary>
    public BundleOptions AtStart => Options with { DropsExpiredOverrides = true };

    /// <summary>Reads them.</summary>
    /// <param name="config">The `policies` section.</param>
    /// <param name="mistakes">Takes a line for each file that cannot be used.</param>
    public static BundleTerms Read(PoliciesConfig config, ImmutableArray<string>.Builder mistakes) => new()
    {
        Signature = config.PublicKeyFile is { } file ? ReadKey(file, mistakes) : null,
        Options = new BundleOptions { InstanceShare = config.InstanceShare, IsClosedWhenTableFull = config.IsClosedWhenTableFull },
    };

    /// <summary>The public key in a file; null with a line in <paramref name="mistakes"/>.</summary>
    public static BundleSignature? ReadKey(string file, ImmutableArray<string>.Builder mistakes)
    {
        (BoundedFile.Outcome outcome, byte[] content, string problem) = BoundedFile.Read(file, MaximumKeyBytes);
        BundleSignature? key = outcome == BoundedFile.Outcome.Read ? BundleSignature.FromPublicKey(content, out problem) : null;
        if (key is null) mistakes.Add($"{file}: {problem}");
        return key;
    }
}
