namespace Appliance.Failover;

/// <summary>
/// The kernel's ip_forward, which a redirect needs: what it was is kept in a file of the runtime directory, so that `appliance cleanup` can put
/// it back after a crash. One caller.
/// </summary>
/// <param name="sysctl">/proc/sys/net/ipv4/ip_forward.</param>
/// <param name="saved">Where its value is kept; gone after a reboot, as the sysctl's own value is.</param>
internal sealed class ForwardingSwitch(string sysctl, string saved)
{
    public const string Sysctl = "/proc/sys/net/ipv4/ip_forward";

    public static string PathIn(string runtimeDirectory) => Path.Combine(runtimeDirectory, "ip-forward");

    /// <summary>Turns it on; nothing when it is.</summary>
    /// <returns>Null, or why not.</returns>
    public string? TurnOn() => Try(() =>
    {
        string before = File.ReadAllText(sysctl).Trim();
        if (before == "1") return; // on for somebody else: it stays on
        File.WriteAllText(saved, before);
        File.WriteAllText(sysctl, "1");
    });

    /// <summary>Puts back what was there before <see cref="TurnOn"/>, of this run or of one that crashed; nothing when it was not called.</summary>
    /// <returns>Null, or why not.</returns>
    public string? PutBack() => Try(() =>
    {
        if (!File.Exists(saved)) return;
        string before = File.ReadAllText(saved).Trim();
        if (before is "0" or "1") File.WriteAllText(sysctl, before);
        File.Delete(saved);
    });

    private string? Try(Action change)
    {
        try
        {
            change();
            return null;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return $"{sysctl}: {error.Message}";
        }
    }
}
