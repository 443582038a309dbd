namespace Appliance.Fixtures;

/// <summary>An expectation that did not hold.</summary>
/// <param name="Node">Where the fixture states it.</param>
/// <param name="AtNs">Nanoseconds from the start.</param>
/// <param name="Repetition">From 1; 0: of all repetitions together.</param>
/// <param name="Name">Such as `reason`.</param>
/// <param name="Expected">What the fixture states.</param>
/// <param name="Got">What came.</param>
internal sealed record FixtureFailure(FixtureNode Node, long AtNs, int Repetition, string Name, string Expected, string Got);
