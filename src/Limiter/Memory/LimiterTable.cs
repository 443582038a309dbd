using Microsoft.Win32.SafeHandles;

namespace Appliance.Limiter;

/// <summary>The pinned table that holds every bucket.</summary>
public sealed class LimiterTable : IDisposable
{
    /// <summary>Creates an empty table.</summary>
    /// <param name="memoryBytes">Size of the block; rounded down to a power of two of slots.</param>
    /// <param name="hashSeed">Random seed of the key hash, the same on both nodes of a pair.</param>
    public static LimiterTable Create(long memoryBytes, ulong hashSeed) => throw new NotSupportedException();

    /// <summary>The memory file; stays owned by the table.</summary>
    public SafeFileHandle Memfd => throw new NotSupportedException();

    /// <summary>Figures for status and metrics. Thread-safe.</summary>
    public LimiterTableStatus GetStatus() => throw new NotSupportedException();

    /// <summary>Unmaps the block. No decision may be running or follow.</summary>
    public void Dispose() => throw new NotSupportedException();
}
