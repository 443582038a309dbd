using System.Collections.Immutable;
using Appliance.Configuration;
using Appliance.Limiter;

namespace Appliance.Policies;

/// <summary>
/// What the `policies` section says and names, beside the bundle, with its files read: all of them before any is put in force. Immutable.
/// </summary>
/// <param name="Engine">For the engine.</param>
/// <param name="Terms">For the bundle file.</param>
internal sealed record PolicyInputs(EngineSettings Engine, BundleTerms Terms)
{
    /// <summary>Reads them.</summary>
    /// <param name="config">The `policies` section.</param>
    /// <returns>What they hold; null with at least one mistake, each one line that names file and mend.</returns>
    public static (PolicyInputs? Inputs, ImmutableArray<string> Mistakes) Read(PoliciesConfig config)
    {
        var mistakes = ImmutableArray.CreateBuilder<string>();
        var settings = new EngineSettings
        {
            Sources = DescriptorFiles.Read(config, mistakes),
            Compatibility = config.Compatibility,
            DebugKey = config.DebugSecretFile is { } file ? DebugSecretFile.Read(file, mistakes) : null,
        };
        var inputs = new PolicyInputs(settings, BundleTerms.Read(config, mistakes));
        return (mistakes.Count == 0 ? inputs : null, mistakes.ToImmutable());
    }
}
