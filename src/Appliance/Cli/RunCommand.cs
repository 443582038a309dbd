using System.CommandLine;
using Appliance.Hosting;
using Appliance.Interop;

namespace Appliance.Cli;

/// <summary>`run`: the daemon, in the foreground.</summary>
internal static class RunCommand
{
    public static Command Build()
    {
        Option<string> config = ConfigOption.Build();
        var command = new Command("run", "Run the daemon in the foreground.") { config };
        command.SetAction(result =>
        {
            // Before there are more threads than the runtime's own: one for each event loop, two for all others.
            _ = NativeHeap.LimitArenas(Environment.ProcessorCount + 2);
            var options = new DaemonOptions(result.GetValue(config)!, Environment.GetEnvironmentVariable, TimeProvider.System);
            return (int)Daemon.Run(options, result.InvocationConfiguration.Error);
        });
        return command;
    }
}
