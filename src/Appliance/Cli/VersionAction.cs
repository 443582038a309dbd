using System.CommandLine;
using System.CommandLine.Invocation;
using Appliance.Hosting;

namespace Appliance.Cli;

/// <summary>Prints the version, for `version` and `--version` alike.</summary>
internal sealed class VersionAction : SynchronousCommandLineAction
{
    public override bool Terminating => true;

    public static Command BuildCommand() => new("version", "Print the version.") { Action = new VersionAction() };

    public override int Invoke(ParseResult parseResult)
    {
        parseResult.InvocationConfiguration.Output.WriteLine($"appliance {ProductVersion.Text}");
        return (int)ExitCode.Ok;
    }
}
