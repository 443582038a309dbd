using System.Collections.Immutable;
using System.CommandLine;
using Appliance.Limiter;
using Appliance.Policies;

namespace Appliance.Cli;

/// <summary>`policy validate`: errors and lints of bundle files, without a daemon.</summary>
internal static class PolicyValidateCommand
{
    public static Command Build()
    {
        var files = new Argument<string[]>("FILE") { Description = "Bundles.", Arity = ArgumentArity.OneOrMore };
        var key = new Option<string>("--public-key") { Description = "Also verify FILE.sig with this key (PEM).", HelpName = "KEYFILE" };
        var json = new Option<bool>("--json") { Description = "Print the findings as JSON." };
        var command = new Command("validate", "Print errors and lints of bundles; lints alone are no failure.") { files, key, json };
        command.SetAction(result =>
        {
            InvocationConfiguration console = result.InvocationConfiguration;
            BundleTerms terms = new();
            if (result.GetValue(key) is { } keyFile)
            {
                var mistakes = ImmutableArray.CreateBuilder<string>();
                BundleSignature? signature = BundleTerms.ReadKey(keyFile, mistakes);
                foreach (string mistake in mistakes) console.Error.WriteLine(mistake);
                if (signature is null) return (int)ExitCode.Invalid;
                terms = terms with { Signature = signature };
            }

            return (int)Validate(result.GetValue(files)!, terms, result.GetValue(json), console);
        });
        return command;
    }

    private static ExitCode Validate(string[] files, BundleTerms terms, bool json, InvocationConfiguration console)
    {
        ExitCode code = ExitCode.Ok;
        var reads = new List<(string File, BundleRead Read)>();
        foreach (string file in files)
        {
            BundleRead read = BundleSource.Read(file, DateTimeOffset.UtcNow, terms.Options, terms.Signature);
            reads.Add((file, read));
            ExitCode one = BundleReport.CodeOf(read);
            if (one > code) code = one; // 4 before 2 before 0
            if (json) continue;
            BundleReport.Print(read, console.Output, console.Error);
            if (one == ExitCode.Ok) console.Output.WriteLine($"{file}: ok{(terms.Signature is { } key ? $", signed ({key.Algorithm})" : "")}");
        }

        if (json) console.Output.WriteLine(BundleJson.Of(reads));
        return code;
    }
}
