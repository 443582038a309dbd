using System.CommandLine;

namespace Appliance.Cli;

/// <summary>`ha reset`: leave bypass, clear the flap count.</summary>
internal static class HaCommand
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(1);

    public static Command Build()
    {
        var reset = new Command("reset", "Leave bypass and forget the flaps that were counted.");
        reset.SetAction((result, cancellation) => ControlCall.PostAsync("/v1/ha/reset", Limit, result.InvocationConfiguration, cancellation));
        return new Command("ha", "Orders to the pair.") { Subcommands = { reset } };
    }
}
