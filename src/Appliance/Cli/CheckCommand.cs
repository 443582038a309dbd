using System.CommandLine;
using Appliance.Configuration;
using Appliance.Policies;

namespace Appliance.Cli;

/// <summary>`check`: config and policy bundle, every mistake, nothing started.</summary>
internal static class CheckCommand
{
    public static Command Build()
    {
        Option<string> config = ConfigOption.Build();
        var command = new Command("check", "Validate the config and the policy bundle; print every mistake.") { config };
        command.SetAction(result =>
        {
            InvocationConfiguration console = result.InvocationConfiguration;
            return (int)Check(result.GetValue(config)!, console.Output, console.Error);
        });
        return command;
    }

    internal static ExitCode Check(string file, TextWriter output, TextWriter error)
    {
        ApplianceConfig? config = ConfigReport.Load(file, error, out ExitCode code);
        if (config is null) return code;
        if (config.Policies is { } policies)
        {
            code = BundleReport.Print(policies.File, output, error);
            if (code != ExitCode.Ok) return code;
        }

        output.WriteLine($"{file}: ok");
        return ExitCode.Ok;
    }
}
