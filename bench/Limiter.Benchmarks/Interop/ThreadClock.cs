// Invariants
// - One blittable call; the kernel fills the structure; any thread may call and reads its own time.
using System.Runtime.InteropServices;
using Perfolizer.Horology;

namespace Limiter.Benchmarks.Interop;

/// <summary>
/// Processor time of the calling thread, as BenchmarkDotNet's clock: other programs on the machine still disturb the caches, but no
/// longer count as our time. Work that a contender does on other threads is not charged to it.
/// </summary>
internal sealed class ThreadClock : IClock
{
    private const int ThreadCpuTime = 3;
    private const long NanosecondsPerSecond = 1_000_000_000;

    public string Title => "thread processor time";

    public bool IsAvailable => true;

    public Frequency Frequency => new(NanosecondsPerSecond);

    public long GetTimestamp() => GetTime(ThreadCpuTime, out TimeSpec time) == 0
        ? time.Seconds * NanosecondsPerSecond + time.Nanoseconds
        : throw new PlatformNotSupportedException("clock_gettime: no thread clock");

    [DllImport("libc", EntryPoint = "clock_gettime")]
    private static extern int GetTime(int clock, out TimeSpec time);

    [StructLayout(LayoutKind.Sequential)]
    private struct TimeSpec
    {
        public long Seconds;
        public long Nanoseconds;
    }
}
