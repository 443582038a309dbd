using System.CommandLine;
using Appliance.Policies;

namespace Appliance.Cli;

/// <summary>`policy ...`: work on bundle files, without a daemon.</summary>
internal static class PolicyCommand
{
    public static Command Build()
    {
        var file = new Argument<string>("FILE") { Description = "The bundle." };
        var validate = new Command("validate", "Print errors and lints of a bundle.") { file };
        validate.SetAction(result =>
        {
            InvocationConfiguration console = result.InvocationConfiguration;
            string path = result.GetValue(file)!;
            ExitCode code = BundleReport.Print(path, new BundleTerms(), console.Output, console.Error);
            if (code == ExitCode.Ok) console.Output.WriteLine($"{path}: ok");
            return (int)code;
        });
        return new Command("policy", "Work on policy bundles.")
        {
            validate,
            Unavailable("test"),
            Unavailable("rollback"),
            Unavailable("override"),
        };
    }

    private static Command Unavailable(string name) => UnavailableCommand.Build("policy", name).Subcommands[0];
}
