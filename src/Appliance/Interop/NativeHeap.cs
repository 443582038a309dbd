// Invariants
// - mallopt takes two ints and returns one; it may be called at any time by any thread (mallopt(3)).
using System.Runtime.InteropServices;

namespace Appliance.Interop;

/// <summary>Bounds what the C library's allocator keeps.</summary>
internal static class NativeHeap
{
    /// <summary>M_ARENA_MAX of malloc.h.</summary>
    private const int ArenaMax = -8;

    /// <summary>
    /// No more arenas than these and those that are there already. By default there are up to eight per processor, threads that come and go move from one
    /// to the next, and each arena keeps the most that was ever used in it: the runtime's compiler alone needs some 9 MiB, in every arena in turn, so
    /// that a daemon would grow for hours.
    /// </summary>
    /// <param name="most">At least 1.</param>
    /// <returns>False: this C library knows no arenas; nothing depends on it.</returns>
    public static bool LimitArenas(int most) => SetOption(ArenaMax, most) == 1;

    [DllImport("libc", EntryPoint = "mallopt")]
    private static extern int SetOption(int option, int value);
}
