namespace Appliance.Hosting;

/// <summary>
/// Where the daemon keeps what it writes. systemd's RUNTIME_DIRECTORY and STATE_DIRECTORY win over the defaults, so that several daemons
/// can live on one machine.
/// </summary>
/// <param name="RuntimeDirectory">Gone after a reboot: the control socket.</param>
/// <param name="StateDirectory">Outlives restarts: hash seed, good bundles.</param>
internal sealed record DaemonPaths(string RuntimeDirectory, string StateDirectory)
{
    public const string DefaultConfig = "/etc/appliance/appliance.yaml";

    /// <summary>The cluster secret of a single node; a pair names its file in the config.</summary>
    public const string DefaultSecret = "/etc/appliance/cluster.key";

    /// <summary>The longest path that fits sockaddr_un with its terminating zero (unix(7)).</summary>
    public const int MaximumSocketPathBytes = 107;

    public string ControlSocket => Path.Combine(RuntimeDirectory, "control.sock");

    public string HashSeedFile => Path.Combine(StateDirectory, "hash-seed");

    public string BundleDirectory => Path.Combine(StateDirectory, "bundles");

    public string OverrideFile => Path.Combine(StateDirectory, "overrides.json");

    public static DaemonPaths FromEnvironment(Func<string, string?> environment) => new(
        FirstOf(environment("RUNTIME_DIRECTORY")) ?? "/run/appliance",
        FirstOf(environment("STATE_DIRECTORY")) ?? "/var/lib/appliance");

    /// <summary>systemd joins several directories with ':'; the first is the daemon's own.</summary>
    private static string? FirstOf(string? joined)
    {
        string? first = joined?.Split(':', StringSplitOptions.RemoveEmptyEntries).FirstOrDefault();
        return first is null ? null : Path.GetFullPath(first);
    }
}
