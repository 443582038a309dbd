using System.CommandLine;
using Appliance.Hosting;

namespace Appliance.Cli;

/// <summary>The `--config` option that several commands share.</summary>
internal static class ConfigOption
{
    public static Option<string> Build() => new("--config", "-c")
    {
        Description = "The config file.",
        HelpName = "FILE",
        DefaultValueFactory = _ => DaemonPaths.DefaultConfig,
    };
}
