// Invariants
// - Ownership: this object owns the descriptor and the mapping; Base is valid from construction until Dispose.
// - Alignment: Base is page-aligned (mmap), so every 64-byte slot behind the header page lies in one cache line.
// - Lifetime: nobody may hold Base after Dispose; the table's contract passes that duty on to its callers.
// - Memory ordering: none here; the mapping is plain shared memory.
// - Threads: construction and Dispose on one thread each, Base from any.
using System.Runtime.InteropServices;
using Appliance.Limiter.Interop;
using Microsoft.Win32.SafeHandles;

namespace Appliance.Limiter.Memory;

/// <summary>A memory file of fixed size, mapped shared, with every page present before first use.</summary>
internal sealed unsafe class PinnedBlock : IDisposable
{
    private nint _base;

    private PinnedBlock(SafeFileHandle memfd, nint address, long bytes, bool locked)
    {
        Memfd = memfd;
        _base = address;
        Bytes = bytes;
        Locked = locked;
    }

    public SafeFileHandle Memfd { get; }

    public long Bytes { get; }

    /// <summary>Locked in memory; when RLIMIT_MEMLOCK forbids it the pages are present all the same, but could be swapped.</summary>
    public bool Locked { get; }

    public byte* Base => (byte*)_base;

    /// <exception cref="IOException">The kernel refuses the file or the mapping; the message names the call and the cause.</exception>
    public static PinnedBlock Create(long bytes)
    {
        SafeFileHandle memfd = CreateFile();
        try
        {
            int descriptor = (int)memfd.DangerousGetHandle();
            if (LinuxMemory.Truncate(descriptor, bytes) != 0) throw Failed("ftruncate");
            nint address = LinuxMemory.Map(0, (nuint)bytes, LinuxMemory.ProtectReadWrite, LinuxMemory.MapShared | LinuxMemory.MapPopulate, descriptor, 0);
            if (address == LinuxMemory.MapFailed) throw Failed("mmap");
            return new PinnedBlock(memfd, address, bytes, LinuxMemory.Lock(address, (nuint)bytes) == 0);
        }
        catch (IOException)
        {
            memfd.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        nint address = Interlocked.Exchange(ref _base, 0);
        if (address == 0) return;
        if (LinuxMemory.Unmap(address, (nuint)Bytes) != 0) throw Failed("munmap");
        Memfd.Dispose();
    }

    private static SafeFileHandle CreateFile()
    {
        // SAFETY: the name is a constant that ends in a zero byte and is pinned for the length of the call.
        fixed (byte* name = "appliance-limiter\0"u8)
        {
            int descriptor = LinuxMemory.CreateMemoryFile(name, LinuxMemory.MemfdCloseOnExec);
            return descriptor >= 0 ? new SafeFileHandle(descriptor, ownsHandle: true) : throw Failed("memfd_create");
        }
    }

    private static IOException Failed(string call) =>
        new($"limiter table: {call} failed: {Marshal.GetLastPInvokeErrorMessage()}");
}
