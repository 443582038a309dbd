using System.CommandLine;
using Appliance.Policies;

namespace Appliance.Cli;

/// <summary>`policy override NAME on|off`: shadow mode for all policies, or no kill switch, for a while and without another bundle.</summary>
internal static class PolicyOverrideCommand
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    public static Command Build()
    {
        var name = new Argument<string>("NAME") { Description = "shadow (global_shadow): no policy rejects; kill-switch (kill_switch_override): no kill switch does" };
        name.AcceptOnlyFromAmong(OverrideName.Spellings);
        var state = new Argument<string>("state") { Description = "on or off" };
        state.AcceptOnlyFromAmong("on", "off");
        var reason = new Option<string>("--reason") { Description = "Why: shown in status and log. Needed with on.", HelpName = "TEXT" };
        var duration = new Option<string>("--for") { Description = "For how long, 1s to 24h, such as 30m. Needed with on.", HelpName = "DURATION" };
        var command = new Command("override", "Put all policies into shadow mode, or lift the kill switches, until a time; a restart does not end it.")
        {
            name, state, reason, duration,
        };
        command.Validators.Add(result =>
        {
            if (result.GetValue(state) != "on") return;
            if (string.IsNullOrWhiteSpace(result.GetValue(reason))) result.AddError("on needs --reason TEXT");
            if (result.GetValue(duration) is null) result.AddError("on needs --for DURATION, such as 30m");
        });
        command.SetAction((result, cancellation) =>
        {
            string target = $"/v1/policy/override/{result.GetValue(name)}/{result.GetValue(state)}";
            if (result.GetValue(state) == "on")
            {
                target += $"?reason={Uri.EscapeDataString(result.GetValue(reason)!)}&for={Uri.EscapeDataString(result.GetValue(duration)!)}";
            }

            return ControlCall.PostAsync(target, Limit, result.InvocationConfiguration, cancellation);
        });
        return command;
    }
}
