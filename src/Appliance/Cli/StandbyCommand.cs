using System.CommandLine;

namespace Appliance.Cli;

/// <summary>`standby on|off`: keep this node from becoming active.</summary>
internal static class StandbyCommand
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(1);

    public static Command Build()
    {
        var state = new Argument<string>("state") { Description = "on or off" };
        state.AcceptOnlyFromAmong("on", "off");
        var command = new Command("standby", "Keep this node from becoming active (maintenance), or allow it again.") { state };
        command.SetAction((result, cancellation) =>
            ControlCall.PostAsync($"/v1/standby/{result.GetValue(state)}", Limit, result.InvocationConfiguration, cancellation));
        return command;
    }
}
