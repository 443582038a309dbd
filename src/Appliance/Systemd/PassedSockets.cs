using System.Globalization;

namespace Appliance.Systemd;

/// <summary>Reads which descriptors systemd has passed to this process, and their names (sd_listen_fds_with_names(3)).</summary>
internal static class PassedSockets
{
    private const int First = 3;

    /// <summary>More than a unit can keep (FileDescriptorStoreMax).</summary>
    private const int Maximum = 4096;

    /// <summary>Names to descriptors; empty when none was passed, or they are meant for another process.</summary>
    public static Dictionary<string, int> FromEnvironment(Func<string, string?> environment, int processId)
    {
        Dictionary<string, int> sockets = [];
        bool ours = int.TryParse(environment("LISTEN_PID"), NumberStyles.None, CultureInfo.InvariantCulture, out int pid) && pid == processId;
        if (!ours || !int.TryParse(environment("LISTEN_FDS"), NumberStyles.None, CultureInfo.InvariantCulture, out int count)) return sockets;
        string[] names = environment("LISTEN_FDNAMES")?.Split(':') ?? [];
        for (int i = 0; i < Math.Min(count, Maximum); i++)
        {
            // Without a name, or with one that was seen before, it still has to be owned by somebody, to be closed.
            string name = i < names.Length && names[i].Length > 0 ? names[i] : $"unnamed/{i}";
            if (!sockets.TryAdd(name, First + i)) sockets[$"{name}/{i}"] = First + i;
        }

        return sockets;
    }
}
