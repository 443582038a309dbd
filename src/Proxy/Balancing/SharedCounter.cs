using System.Runtime.InteropServices;

namespace Appliance.Proxy.Balancing;

/// <summary>
/// Requests under way at one server, counted over all loops. Alone on its cache lines: every request writes it, and what lies beside it is
/// read by every request of the other loops.
/// </summary>
internal sealed class SharedCounter
{
    private Padded _count;

    internal long Value => Volatile.Read(ref _count.Value);

    internal void Increment() => Interlocked.Increment(ref _count.Value);

    internal void Decrement() => Interlocked.Decrement(ref _count.Value);

    /// <summary>Counts one more unless the limit is reached.</summary>
    internal bool TryIncrement(long limit)
    {
        while (true)
        {
            long seen = Value;
            if (seen >= limit) return false;
            if (Interlocked.CompareExchange(ref _count.Value, seen + 1, seen) == seen) return true;
        }
    }

    [StructLayout(LayoutKind.Explicit, Size = 128)]
    private struct Padded
    {
        [FieldOffset(64)]
        public long Value;
    }
}
