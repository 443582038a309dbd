namespace Appliance.Fixtures;

/// <summary>A count over the repetitions of a step that is expected.</summary>
/// <param name="Node">Where the fixture says so.</param>
/// <param name="Range">What it says.</param>
internal sealed record ExpectedCount(FixtureNode Node, NumberRange Range);
