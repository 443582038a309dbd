// Invariants
// - Only blittable arguments; the caller owns every pointer and descriptor that it passes or receives.
// - Every call reports failure through its return value and errno (Marshal.GetLastPInvokeError), never by exception.
// - Any thread may call; nothing here keeps state.
using System.Runtime.InteropServices;

namespace Appliance.Limiter.Interop;

/// <summary>The calls of Linux that the table needs; numbers from the x86-64 and arm64 headers, where they are the same.</summary>
internal static unsafe class LinuxMemory
{
    public const uint MemfdCloseOnExec = 1;
    public const uint MemfdHugePages = 4;
    public const int ProtectReadWrite = 1 | 2;
    public const int MapShared = 1;

    public const int AdviseHugePages = 14;
    public const int AdvisePopulateForWrite = 23;

    public static readonly nint MapFailed = -1;

    [DllImport("libc", EntryPoint = "memfd_create", SetLastError = true)]
    public static extern int CreateMemoryFile(byte* name, uint flags);

    [DllImport("libc", EntryPoint = "ftruncate", SetLastError = true)]
    public static extern int Truncate(int descriptor, long length);

    [DllImport("libc", EntryPoint = "mmap", SetLastError = true)]
    public static extern nint Map(nint address, nuint length, int protection, int flags, int descriptor, long offset);

    [DllImport("libc", EntryPoint = "madvise", SetLastError = true)]
    public static extern int Advise(nint address, nuint length, int advice);

    [DllImport("libc", EntryPoint = "munmap", SetLastError = true)]
    public static extern int Unmap(nint address, nuint length);

    [DllImport("libc", EntryPoint = "mlock", SetLastError = true)]
    public static extern int Lock(nint address, nuint length);
}
