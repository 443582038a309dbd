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
    private const long HugePageBytes = 2 << 20;

    private nint _base;

    private PinnedBlock(SafeFileHandle memfd, nint address, long bytes, bool locked, bool onHugePages)
    {
        Memfd = memfd;
        _base = address;
        Bytes = bytes;
        Locked = locked;
        OnHugePages = onHugePages;
    }

    public SafeFileHandle Memfd { get; }

    public long Bytes { get; }

    /// <summary>Locked in memory; when RLIMIT_MEMLOCK forbids it the pages are present all the same, but could be swapped.</summary>
    public bool Locked { get; }

    public byte* Base => (byte*)_base;

    /// <summary>True on reserved huge pages.</summary>
    public bool OnHugePages { get; }

    /// <summary>On huge pages if the host has reserved enough, else on ordinary ones.</summary>
    /// <exception cref="IOException">The kernel refuses the file or the mapping; the message names the call and the cause.</exception>
    public static PinnedBlock Create(long bytes) => TryCreateOnHugePages(bytes) ?? CreateOnOrdinaryPages(bytes);

    private static PinnedBlock? TryCreateOnHugePages(long bytes)
    {
        long whole = (bytes + HugePageBytes - 1) / HugePageBytes * HugePageBytes;
        // A small table would waste most of its page.
        if (bytes < HugePageBytes || TryCreateFile(LinuxMemory.MemfdCloseOnExec | LinuxMemory.MemfdHugePages) is not { } memfd) return null;
        int descriptor = (int)memfd.DangerousGetHandle();
        if (LinuxMemory.Truncate(descriptor, whole) == 0)
        {
            // Too few reserved pages: this call says so, not a fault later, because a shared mapping of hugetlb reserves what it needs.
            nint address = Map(descriptor, whole);
            if (address != LinuxMemory.MapFailed && Populate(address, whole)) return new PinnedBlock(memfd, address, whole, Lock(address, whole), true);
            if (address != LinuxMemory.MapFailed && LinuxMemory.Unmap(address, (nuint)whole) != 0) throw Failed("munmap");
        }

        memfd.Dispose();
        return null;
    }

    private static PinnedBlock CreateOnOrdinaryPages(long bytes)
    {
        SafeFileHandle memfd = TryCreateFile(LinuxMemory.MemfdCloseOnExec) ?? throw Failed("memfd_create");
        try
        {
            int descriptor = (int)memfd.DangerousGetHandle();
            if (LinuxMemory.Truncate(descriptor, bytes) != 0) throw Failed("ftruncate");
            nint address = Map(descriptor, bytes);
            if (address == LinuxMemory.MapFailed) throw Failed("mmap");
            // A wish: most hosts do not grant transparent huge pages to shared memory, and then nothing is lost.
            _ = LinuxMemory.Advise(address, (nuint)bytes, LinuxMemory.AdviseHugePages);
            if (!Populate(address, bytes))
            {
                IOException failure = Failed("madvise");
                return LinuxMemory.Unmap(address, (nuint)bytes) == 0 ? throw failure : throw Failed("munmap");
            }

            return new PinnedBlock(memfd, address, bytes, Lock(address, bytes), false);
        }
        catch (IOException)
        {
            memfd.Dispose();
            throw;
        }
    }

    private static nint Map(int descriptor, long bytes) =>
        LinuxMemory.Map(0, (nuint)bytes, LinuxMemory.ProtectReadWrite, LinuxMemory.MapShared, descriptor, 0);

    /// <summary>Every page present, or an error now instead of a signal later (Linux 5.14).</summary>
    private static bool Populate(nint address, long bytes) =>
        LinuxMemory.Advise(address, (nuint)bytes, LinuxMemory.AdvisePopulateForWrite) == 0;

    private static bool Lock(nint address, long bytes) => LinuxMemory.Lock(address, (nuint)bytes) == 0;

    public void Dispose()
    {
        nint address = Interlocked.Exchange(ref _base, 0);
        if (address == 0) return;
        if (LinuxMemory.Unmap(address, (nuint)Bytes) != 0) throw Failed("munmap");
        Memfd.Dispose();
    }

    private static SafeFileHandle? TryCreateFile(uint flags)
    {
        // SAFETY: the name is a constant that ends in a zero byte and is pinned for the length of the call.
        fixed (byte* name = "appliance-limiter\0"u8)
        {
            int descriptor = LinuxMemory.CreateMemoryFile(name, flags);
            return descriptor >= 0 ? new SafeFileHandle(descriptor, ownsHandle: true) : null;
        }
    }

    private static IOException Failed(string call) =>
        new($"limiter table: {call} failed: {Marshal.GetLastPInvokeErrorMessage()}");
}
