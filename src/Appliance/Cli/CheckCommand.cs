using System.Collections.Immutable;
using System.CommandLine;
using Appliance.Configuration;
using Appliance.Failover;
using Appliance.Policies;

namespace Appliance.Cli;

/// <summary>`check`: config and policy bundle, every mistake, nothing started.</summary>
internal static class CheckCommand
{
    public static Command Build()
    {
        Option<string> config = ConfigOption.Build();
        var command = new Command("check", "Validate the config, its certificates and the policy bundle; print every mistake.") { config };
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
        foreach (string mistake in ElectionSettings.Check(config, out code)) error.WriteLine(mistake);
        if (CertificateReport.Print(config, error) is var certificates and not ExitCode.Ok) code = certificates;
        if (config.Policies is { } policies)
        {
            (PolicyInputs? inputs, ImmutableArray<string> mistakes) = PolicyInputs.Read(policies);
            foreach (string mistake in mistakes)
            {
                error.WriteLine(mistake);
                code = ExitCode.Invalid;
            }

            ExitCode bundle = BundleReport.Print(policies.File, inputs?.Terms ?? new BundleTerms(), output, error);
            if (bundle != ExitCode.Ok) code = bundle;
        }

        if (code != ExitCode.Ok) return code;
        output.WriteLine($"{file}: ok");
        return ExitCode.Ok;
    }
}
