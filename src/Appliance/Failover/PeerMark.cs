using Microsoft.Extensions.Logging;

namespace Appliance.Failover;

/// <summary>
/// A file in the runtime directory that exists while a fit peer is known. `appliance cleanup` runs after the
/// daemon has died and reads it: with a fit peer, leftover addresses are dropped and the peer is told at once; without one they are left
/// to their lifetime, so that a restart within it refuses nobody (ha.md section 3). One caller.
/// </summary>
internal sealed class PeerMark(string file, ILogger log) : IDisposable
{
    private bool? _set;

    public static string PathIn(string runtimeDirectory) => Path.Combine(runtimeDirectory, "peer-fit");

    public void Update(HaReport report)
    {
        bool fit = report is { Peer: { Fit: true, State: not "unreachable" } };
        if (fit == _set) return;
        _set = fit;
        Write(fit);
    }

    /// <summary>An orderly stop has said everything itself.</summary>
    public void Dispose() => Write(false);

    private void Write(bool fit)
    {
        try
        {
            if (fit) File.WriteAllBytes(file, []);
            else File.Delete(file);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            Hosting.ApplianceLog.InternalError(log, "the mark of the peer", error);
        }
    }
}
