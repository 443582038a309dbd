using System.CommandLine;

namespace Appliance.Cli;

/// <summary>`failover`: the planned handover to the peer.</summary>
internal static class FailoverCommand
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(10);

    public static Command Build()
    {
        var wait = new Option<bool>("--wait") { Description = "Return when the peer is active and this node's connections are drained." };
        var force = new Option<bool>("--force") { Description = "Also when the peer runs another config." };
        var command = new Command("failover", "Hand over to the peer, planned: drain, then switch.") { wait, force };
        command.SetAction((result, cancellation) =>
        {
            string target = $"/v1/failover?wait={Flag(result.GetValue(wait))}&force={Flag(result.GetValue(force))}";
            return ControlCall.PostAsync(target, Limit, result.InvocationConfiguration, cancellation);
        });
        return command;
    }

    private static char Flag(bool value) => value ? '1' : '0';
}
