using System.Globalization;

namespace Appliance.Failover;

/// <summary>
/// A clock that two processes of one boot share and that nobody can set: time since the machine started, sleep included. It names its
/// boot, since it begins anew with the next one.
/// </summary>
/// <param name="BootId">The kernel's random id of this boot.</param>
/// <param name="Uptime">Since the machine started.</param>
internal readonly record struct MonotonicBoot(string BootId, TimeSpan Uptime)
{
    /// <summary>Reads both from the kernel.</summary>
    /// <exception cref="IOException">/proc is not there.</exception>
    public static MonotonicBoot Read()
    {
        string uptime = File.ReadAllText("/proc/uptime");
        double seconds = double.Parse(uptime.AsSpan(0, uptime.IndexOf(' ')), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture);
        return new(File.ReadAllText("/proc/sys/kernel/random/boot_id").Trim(), TimeSpan.FromSeconds(seconds));
    }
}
