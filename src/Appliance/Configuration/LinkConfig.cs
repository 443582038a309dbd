using System.Collections.Immutable;

namespace Appliance.Configuration;

/// <summary>The `ha.link_monitoring` section. Immutable.</summary>
internal sealed record LinkConfig
{
    /// <summary>How often links are looked at besides the kernel's events.</summary>
    public required TimeSpan Interval { get; init; }

    /// <summary>A pair counts while all of its links are up; empty: none is watched.</summary>
    public required ImmutableArray<ImmutableArray<string>> Pairs { get; init; }

    /// <summary>Fewer pairs make the node unfit.</summary>
    public required int MinimumActive { get; init; }

    /// <summary>How long a link must be down until it counts as down.</summary>
    public required TimeSpan DebounceDown { get; init; }

    /// <summary>How long a link must be up until it counts as up again.</summary>
    public required TimeSpan DebounceUp { get; init; }
}
