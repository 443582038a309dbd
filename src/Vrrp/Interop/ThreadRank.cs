// Invariants: applies to the calling thread only (Linux: scheduling is per thread; id 0 means the caller).
namespace Appliance.Vrrp.Interop;

/// <summary>Makes the calling thread run before others.</summary>
internal static class ThreadRank
{
    private const int RealTimePriority = 10;
    private const int Nice = -20;

    /// <summary>SCHED_FIFO where allowed, else the best nice value that is.</summary>
    /// <returns>True: real time.</returns>
    public static bool Raise()
    {
        int priority = RealTimePriority;
        if (LibC.SetScheduler(0, SocketNumbers.FirstInFirstOut, ref priority) == 0) return true;
        _ = LibC.SetPriority(0, LibC.ThreadId(), Nice); // without CAP_SYS_NICE this fails too: lateness is measured either way
        return false;
    }
}
