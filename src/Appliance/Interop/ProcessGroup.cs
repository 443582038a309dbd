// Invariants
// - kill(2) takes two ints and returns one; it may be called at any time by any thread. The group is that of a child which we have not reaped,
//   or have just reaped: its id is not another's yet, since a group lives as long as a member of it.
using System.Runtime.InteropServices;

namespace Appliance.Interop;

/// <summary>Signals to a group of processes that we started.</summary>
internal static class ProcessGroup
{
    private const int SigKill = 9;

    /// <summary>Kills a group; one that has gone is no error.</summary>
    /// <param name="leader">Its leader's id, which is the group's.</param>
    public static void Kill(int leader)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(leader, 2); // 1 would be init's, 0 and below have other meanings
        _ = Signal(-leader, SigKill);
    }

    [DllImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static extern int Signal(int process, int signal);
}
