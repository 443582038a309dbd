using System.Collections.Immutable;
using Appliance.Limiter;

namespace Appliance.Fixtures;

/// <summary>A fixture as read: what a bundle is to be asked, and what it should answer. Immutable.</summary>
internal sealed record Fixture
{
    public required FixtureSource Source { get; init; }

    /// <summary>The bundle; a full path.</summary>
    public required string BundleFile { get; init; }

    /// <summary>UTC at offset 0.</summary>
    public required DateTimeOffset Start { get; init; }

    /// <summary>Keys, lists and names, as the daemon's config would have them.</summary>
    public required EngineSettings Settings { get; init; }

    /// <summary>What the daemon's config would say about bundles.</summary>
    public required BundleOptions Options { get; init; }

    public required ImmutableArray<FixtureStep> Steps { get; init; }
}
