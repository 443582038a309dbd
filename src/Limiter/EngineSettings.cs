using Appliance.Limiter.DebugSessions;
using Appliance.Limiter.Descriptors;

namespace Appliance.Limiter;

/// <summary>What the engine knows from the configuration, beside the bundle: replaced as a whole, at a reload. Immutable.</summary>
public sealed record EngineSettings
{
    /// <summary>Keys of tokens and lists of networks.</summary>
    public DescriptorSources Sources { get; init; } = DescriptorSources.None;

    /// <summary>Whose names and formulas hold for a bundle that does not say.</summary>
    public PolicyCompatibility Compatibility { get; init; }

    /// <summary>Proves debug sessions; null: there are none.</summary>
    public DebugSessionKey? DebugKey { get; init; }
}
