using System.CommandLine;

namespace Appliance.Cli;

/// <summary>Every command and its options.</summary>
internal static class CommandTree
{
    public static RootCommand Build()
    {
        var root = new RootCommand("A highly available traffic appliance: owns a virtual address, limits, forwards, fails over.");
        foreach (Option option in root.Options)
        {
            if (option is VersionOption version) version.Action = new VersionAction();
        }

        root.Subcommands.Add(RunCommand.Build());
        root.Subcommands.Add(CheckCommand.Build());
        root.Subcommands.Add(StatusCommand.Build());
        root.Subcommands.Add(FailoverCommand.Build());
        root.Subcommands.Add(StandbyCommand.Build());
        root.Subcommands.Add(HaCommand.Build());
        root.Subcommands.Add(EventsCommand.Build());
        root.Subcommands.Add(ServerCommand.Build("drain", "Take a server out of rotation: nothing new goes to it, what it has may finish."));
        root.Subcommands.Add(ServerCommand.Build("ready", "Put a server back into rotation."));
        root.Subcommands.Add(ReloadCommand.Build());
        root.Subcommands.Add(PolicyCommand.Build());
        root.Subcommands.Add(CleanupCommand.Build());
        root.Subcommands.Add(VersionAction.BuildCommand());
        root.Subcommands.Add(UnavailableCommand.Build("cache", "purge"));
        root.Subcommands.Add(UnavailableCommand.Build("config", "diff"));
        root.Subcommands.Add(UnavailableCommand.Build("top"));
        return root;
    }
}
