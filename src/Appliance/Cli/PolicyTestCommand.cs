using System.CommandLine;
using Appliance.Fixtures;

namespace Appliance.Cli;

/// <summary>`policy test`: plays requests against a bundle with a virtual clock, without a daemon.</summary>
internal static class PolicyTestCommand
{
    public static Command Build()
    {
        var files = new Argument<string[]>("FILE")
        {
            Description = "Fixtures, each of which names its bundle; with --requests one bundle.",
            Arity = ArgumentArity.OneOrMore,
        };
        var requests = new Option<string[]>("--requests")
        {
            Description = "Fixtures to play against the bundle FILE, whatever bundle they name.",
            HelpName = "FIXTURE",
            AllowMultipleArgumentsPerToken = true,
        };
        var verbose = new Option<bool>("--verbose", "-v") { Description = "Print every answer, not only those that nothing is expected of." };
        var json = new Option<bool>("--json") { Description = "Print answers and failures as JSON." };
        var command = new Command("test", "Play requests against a bundle with a virtual clock; compare the answers with what is expected.")
        {
            files, requests, verbose, json,
        };
        command.Validators.Add(result =>
        {
            if (result.GetResult(requests) is { Implicit: false } && result.GetValue(files) is { Length: > 1 }) result.AddError("--requests takes one bundle; name the fixtures behind --requests");
        });
        command.SetAction(result =>
        {
            string[] named = result.GetValue(files)!;
            string[] fixtures = result.GetValue(requests) is { Length: > 0 } given ? given : named;
            string? bundle = ReferenceEquals(fixtures, named) ? null : Path.GetFullPath(named[0]);
            return (int)Run(fixtures, bundle, result.GetValue(json), result.GetValue(verbose), result.InvocationConfiguration);
        });
        return command;
    }

    private static ExitCode Run(string[] fixtures, string? bundle, bool json, bool verbose, InvocationConfiguration console)
    {
        var results = new List<FixtureResult>();
        foreach (string fixture in fixtures)
        {
            FixtureResult result = FixtureRun.Of(fixture, bundle, DateTimeOffset.UtcNow);
            results.Add(result);
            if (!json) FixtureText.Write(result, verbose, console.Output, console.Error);
        }

        if (json) console.Output.WriteLine(FixtureJson.Of(results));
        else if (results.Count > 1) console.Output.WriteLine($"{results.Count(result => result.IsGood)} of {results.Count} fixtures are good");
        return CodeOf(results);
    }

    /// <summary>The gravest of all: unreadable, invalid, failed.</summary>
    private static ExitCode CodeOf(List<FixtureResult> results)
    {
        if (results.Exists(result => result.NotPermitted)) return ExitCode.NotPermitted;
        if (results.Exists(result => !result.Mistakes.IsEmpty)) return ExitCode.Invalid;
        return results.TrueForAll(result => result.IsGood) ? ExitCode.Ok : ExitCode.Failed;
    }
}
