namespace Appliance.Fixtures;

/// <summary>The result of a fixture for people: what failed with its place, what nobody had expectations about, a summary.</summary>
internal static class FixtureText
{
    /// <param name="result">Of one fixture.</param>
    /// <param name="all">Also requests whose expectations held.</param>
    /// <param name="output">Answers and the summary.</param>
    /// <param name="error">What is wrong.</param>
    public static void Write(FixtureResult result, bool all, TextWriter output, TextWriter error)
    {
        foreach (string mistake in result.Mistakes) error.WriteLine(mistake);
        if (!result.Mistakes.IsEmpty) return;
        foreach (PlayedRequest played in result.Played)
        {
            if (all || played.Step.ExpectsNothing) output.WriteLine(played);
        }

        foreach (FixtureFailure failure in result.Failures)
        {
            (int line, int column) = result.Source!.Locate(failure.Node.Offset);
            string which = failure.Repetition > 0 ? $" (repetition {failure.Repetition})" : "";
            error.WriteLine(
                $"{result.File}:{line}:{column}: {failure.Node.Pointer}: at {FixtureDuration.Text(failure.AtNs)}{which}: "
                + $"expected {failure.Name} {failure.Expected}, got {failure.Got}");
        }

        string verdict = result.Expectations == 0 ? "nothing expected"
            : result.Failures.IsEmpty ? $"{result.Expectations} expectations hold"
            : $"{result.Failures.Length} of {result.Expectations} expectations failed";
        output.WriteLine($"{result.File}: {result.Played.Length} requests, {verdict}");
    }
}
