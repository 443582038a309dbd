using System.Diagnostics;

namespace Integration.Lab;

/// <summary>A program in a laboratory namespace, in a session of its own, so that a signal reaches its children as well.</summary>
internal sealed class LabProcess(Process process, string name, string logPath, string laboratory) : IDisposable
{
    public bool HasExited => process.HasExited;

    /// <summary>Everything it printed so far.</summary>
    public string Log => File.Exists(logPath) ? File.ReadAllText(logPath) : "";

    /// <summary>Resident memory now.</summary>
    public long ResidentKib
    {
        get
        {
            string line = File.ReadLines($"/proc/{process.Id}/status").Single(line => line.StartsWith("VmRSS:", StringComparison.Ordinal));
            return long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], System.Globalization.CultureInfo.InvariantCulture);
        }
    }

    public void Signal(string signal) => _ = Command.Run(Repository.PairScript, "stop", laboratory, $"{process.Id}", signal).Text;

    /// <summary>The process vanishes as in a crash: nothing it could have said or cleaned up happens.</summary>
    public void Kill()
    {
        Signal("KILL");
        WaitForExit();
    }

    /// <summary>Asks it to end and waits; the exit code.</summary>
    public int Terminate()
    {
        Signal("TERM");
        return WaitForExit();
    }

    public int WaitForExit(double seconds = 10)
    {
        if (!process.WaitForExit(TimeSpan.FromSeconds(seconds)))
            throw new TimeoutException($"{name} did not end within {seconds} s\n{Log}");
        return process.ExitCode;
    }

    public void Dispose()
    {
        if (!process.HasExited) Kill();
        process.Dispose();
    }
}
