using System.Collections.Immutable;

namespace Appliance.Fixtures;

/// <summary>Holds the answers against what the fixture expects.</summary>
internal static class FixtureJudge
{
    private const string Nothing = "none";

    /// <summary>Every expectation that did not hold, in the order of the file, and how many were looked at.</summary>
    public static (ImmutableArray<FixtureFailure> Failures, int Expectations) Judge(Fixture fixture, ImmutableArray<PlayedRequest> played)
    {
        var failures = ImmutableArray.CreateBuilder<FixtureFailure>();
        ILookup<FixtureStep, PlayedRequest> byStep = played.ToLookup(request => request.Step);
        int expectations = 0;
        foreach (FixtureStep step in fixture.Steps)
        {
            foreach (PlayedRequest request in byStep[step])
            {
                foreach (ExpectedField field in step.Expected)
                {
                    expectations++;
                    if (field.Holds(request)) continue;
                    string got = field.Got(request) ?? Nothing;
                    // What is wrong with an answer is seldom clear without its reason.
                    if (field.Name is "action" or "status" or "policy" or "rule") got += $" ({request.Reason})";
                    failures.Add(new FixtureFailure(field.Node, request.AtNs, step.Repeat > 1 ? request.Repetition : 0, field.Name, field.Wanted ?? Nothing, got));
                }
            }

            Count(step, step.Allowed, "allowed", byStep[step].Count(request => request.Decision.Allowed));
            Count(step, step.Rejected, "rejected", byStep[step].Count(request => !request.Decision.Allowed));
        }

        return (failures.ToImmutable(), expectations);

        void Count(FixtureStep step, ExpectedCount? expected, string name, int got)
        {
            if (expected is null) return;
            expectations++;
            if (!expected.Range.Holds(got)) failures.Add(new FixtureFailure(expected.Node, step.AtNs, 0, name, expected.Range.ToString(), $"{got} of {step.Repeat}"));
        }
    }
}
