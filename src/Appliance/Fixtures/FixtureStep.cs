using System.Collections.Immutable;

namespace Appliance.Fixtures;

/// <summary>One element of `steps`: a request, sent once or again and again, or the end of requests that are held. Immutable.</summary>
internal sealed record FixtureStep
{
    public required FixtureNode Node { get; init; }

    /// <summary>Nanoseconds from the start.</summary>
    public required long AtNs { get; init; }

    /// <summary>What is asked; null: the step ends requests.</summary>
    public FixtureRequest? Request { get; init; }

    /// <summary>How often.</summary>
    public int Repeat { get; init; } = 1;

    /// <summary>Nanoseconds between repetitions.</summary>
    public long EveryNs { get; init; }

    /// <summary>Under which name allowed requests stay in flight; null: they are over at once.</summary>
    public string? Hold { get; init; }

    /// <summary>The name whose requests end; null: the step is a request.</summary>
    public string? Release { get; init; }

    /// <summary>Tokens that a request really used; null: what it reserved stays charged.</summary>
    public long? Usage { get; init; }

    /// <summary>Of every repetition.</summary>
    public ImmutableArray<ExpectedField> Expected { get; init; } = [];

    /// <summary>How many repetitions pass; null: nothing is expected.</summary>
    public ExpectedCount? Allowed { get; init; }

    /// <summary>How many are rejected; null: nothing is expected.</summary>
    public ExpectedCount? Rejected { get; init; }

    public bool ExpectsNothing => Expected.IsEmpty && Allowed is null && Rejected is null;
}
