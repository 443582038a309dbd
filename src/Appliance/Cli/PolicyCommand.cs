using System.CommandLine;

namespace Appliance.Cli;

/// <summary>`policy ...`: work on bundle files without a daemon, and orders to the daemon about its bundle.</summary>
internal static class PolicyCommand
{
    public static Command Build() => new("policy", "Work on policy bundles: check them, play requests against them, go back, override.")
    {
        PolicyValidateCommand.Build(),
        PolicyTestCommand.Build(),
        PolicyRollbackCommand.Build(),
        PolicyHistoryCommand.Build(),
        PolicyOverrideCommand.Build(),
    };
}
