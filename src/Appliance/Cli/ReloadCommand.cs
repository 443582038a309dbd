using System.CommandLine;

namespace Appliance.Cli;

/// <summary>`reload`: returns only when the new config is applied or refused.</summary>
internal static class ReloadCommand
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(1);

    public static Command Build()
    {
        var command = new Command("reload", "Validate and apply the config; return when it is applied or refused, with the reason.");
        command.SetAction((result, cancellation) =>
            ControlCall.PostAsync("/v1/reload", Limit, result.InvocationConfiguration, cancellation));
        return command;
    }
}
