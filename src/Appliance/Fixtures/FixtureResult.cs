using System.Collections.Immutable;

namespace Appliance.Fixtures;

/// <summary>How one fixture ended: played, or with mistakes and not played at all. Immutable.</summary>
internal sealed record FixtureResult
{
    /// <summary>As the operator named it.</summary>
    public required string File { get; init; }

    /// <summary>What makes fixture or bundle unusable; one line each, with its place.</summary>
    public ImmutableArray<string> Mistakes { get; init; } = [];

    /// <summary>A file may not be read.</summary>
    public bool NotPermitted { get; init; }

    /// <summary>For places; null: the file could not be read.</summary>
    public FixtureSource? Source { get; init; }

    /// <summary>In the order of time.</summary>
    public ImmutableArray<PlayedRequest> Played { get; init; } = [];

    /// <summary>How many expectations were looked at; one of a step with repetitions counts once for each.</summary>
    public int Expectations { get; init; }

    public ImmutableArray<FixtureFailure> Failures { get; init; } = [];

    public bool IsGood => Mistakes.IsEmpty && Failures.IsEmpty;
}
