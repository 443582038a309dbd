namespace Appliance.Journal;

/// <summary>Is an output connected to the journal? systemd.exec(5), JOURNAL_STREAM.</summary>
internal static class JournalStream
{
    /// <summary>
    /// True when JOURNAL_STREAM names the very socket that is our standard error. A variable that was merely inherited, with the output
    /// redirected to a file or a terminal since, does not count: the reader there wants times, not `&lt;6&gt;`.
    /// </summary>
    public static bool IsStandardError(Func<string, string?> environment) =>
        Matches(environment("JOURNAL_STREAM"), () => new FileInfo("/proc/self/fd/2").LinkTarget);

    /// <summary>The same for standard output.</summary>
    public static bool IsStandardOutput(Func<string, string?> environment) =>
        Matches(environment("JOURNAL_STREAM"), () => new FileInfo("/proc/self/fd/1").LinkTarget);

    /// <param name="variable">`DEVICE:INODE`.</param>
    /// <param name="linkTarget">What /proc says of the descriptor, for a socket `socket:[INODE]`.</param>
    public static bool Matches(string? variable, Func<string?> linkTarget)
    {
        int colon = variable?.IndexOf(':', StringComparison.Ordinal) ?? -1;
        if (colon < 0 || colon == variable!.Length - 1) return false;
        try
        {
            return linkTarget() == $"socket:[{variable[(colon + 1)..]}]";
        }
        catch (IOException)
        {
            return false; // no /proc: there is no journal either
        }
        catch (UnauthorizedAccessException)
        {
            return false;
        }
    }
}
