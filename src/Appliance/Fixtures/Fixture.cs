using System.Collections.Immutable;
using Appliance.Limiter;
using Appliance.Limiter.Descriptors;

namespace Appliance.Fixtures;

/// <summary>A fixture as read: what a bundle is to be asked, and what it should answer. Immutable.</summary>
internal sealed record Fixture
{
    public required FixtureSource Source { get; init; }

    /// <summary>The bundle; a full path.</summary>
    public required string BundleFile { get; init; }

    /// <summary>UTC at offset 0.</summary>
    public required DateTimeOffset Start { get; init; }

    /// <summary>Keys and lists, their files read.</summary>
    public required DescriptorSources Sources { get; init; }

    /// <summary>What the daemon's config would say.</summary>
    public required BundleOptions Options { get; init; }

    public required PolicyCompatibility Compatibility { get; init; }

    public required ImmutableArray<FixtureStep> Steps { get; init; }
}
