using System.Collections.Immutable;
using Appliance.Configuration;
using Appliance.Policies;

namespace Appliance.Fixtures;

/// <summary>From a fixture file to its result.</summary>
internal static class FixtureRun
{
    /// <summary>Reads fixture and bundle and plays them; never throws for what files can be.</summary>
    /// <param name="file">The fixture.</param>
    /// <param name="bundleFile">Instead of the bundle that the fixture names; null: that one.</param>
    /// <param name="now">The wall clock, for a fixture that does not say when it starts.</param>
    public static FixtureResult Of(string file, string? bundleFile, DateTimeOffset now)
    {
        (BoundedFile.Outcome outcome, byte[] content, string problem) = BoundedFile.Read(file, FixtureReader.MaxBytes);
        if (outcome != BoundedFile.Outcome.Read)
            return new FixtureResult { File = file, Mistakes = [$"{file}: {problem}"], NotPermitted = outcome == BoundedFile.Outcome.NotPermitted };
        var source = new FixtureSource(file, content);
        if (FixtureReader.Read(source, bundleFile, now) is not { } fixture) return new FixtureResult { File = file, Source = source, Mistakes = source.Mistakes };

        BundleRead bundle = BundleSource.Read(fixture.BundleFile, fixture.Start, fixture.Options, signature: null);
        if (bundle.Snapshot is not { } snapshot)
            return new FixtureResult { File = file, Source = source, Mistakes = bundle.Errors, NotPermitted = bundle.NotPermitted };
        try
        {
            ImmutableArray<PlayedRequest> played = FixturePlayer.Play(fixture, snapshot);
            (ImmutableArray<FixtureFailure> failures, int expectations) = FixtureJudge.Judge(fixture, played);
            return new FixtureResult { File = file, Source = source, Played = played, Failures = failures, Expectations = expectations };
        }
        catch (Exception error) when (error is IOException or OutOfMemoryException)
        {
            return new FixtureResult { File = file, Source = source, Mistakes = [$"{file}: no memory for the counters: {error.Message}"] };
        }
    }
}
