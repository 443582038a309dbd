// Invariants
// - A pair of descriptors returned by Open has one owner, who closes both once. Every pointer is to the frame of the call.
using System.Runtime.InteropServices;

namespace Appliance.Proxy.Interop;

/// <summary>Kernel pipes and splice(2): bytes move between sockets as references to pages, without passing through this process.</summary>
internal static unsafe class Pipes
{
    private const string Library = "libc";

    /// <summary>Opens a pipe, non-blocking and close-on-exec.</summary>
    /// <param name="bytes">Wished size; the kernel may give less when the user's share of pipe memory is used up.</param>
    /// <param name="readEnd">Where bytes come out.</param>
    /// <param name="writeEnd">Where they go in.</param>
    /// <returns>The size it has, or the negated error number.</returns>
    internal static int Open(int bytes, out int readEnd, out int writeEnd)
    {
        int* ends = stackalloc int[2];
        readEnd = writeEnd = -1;
        // SAFETY: two ints of this frame.
        if (Pipe(ends, Linux.OpenNonBlock | Linux.OpenCloseOnExec) < 0) return -Marshal.GetLastPInvokeError();
        readEnd = ends[0];
        writeEnd = ends[1];
        _ = FileControl(writeEnd, Linux.SetPipeSize, bytes);
        return FileControl(writeEnd, Linux.GetPipeSize, 0);
    }

    /// <summary>Moves at most so many bytes; one of the two must be a pipe. Never blocks.</summary>
    /// <returns>Bytes moved; 0 at the end of the source; or the negated error number.</returns>
    internal static nint Move(int from, int to, int maximumBytes)
    {
        while (true)
        {
            nint moved = Splice(from, null, to, null, (nuint)maximumBytes, Linux.SpliceMove | Linux.SpliceNonBlock);
            if (moved >= 0) return moved;
            int error = Marshal.GetLastPInvokeError();
            if (error != Linux.ErrInterrupted) return -error;
        }
    }

    [DllImport(Library, EntryPoint = "pipe2", SetLastError = true)]
    private static extern int Pipe(int* ends, int flags);

    // Variadic in C; on x86-64 and Linux arm64 an int in the third place is passed alike.
    [DllImport(Library, EntryPoint = "fcntl", SetLastError = true)]
    private static extern int FileControl(int descriptor, int command, int argument);

    [DllImport(Library, EntryPoint = "splice", SetLastError = true)]
    private static extern nint Splice(int from, long* fromOffset, int to, long* toOffset, nuint length, uint flags);
}
