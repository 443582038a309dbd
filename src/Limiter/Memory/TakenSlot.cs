namespace Appliance.Limiter.Memory;

/// <summary>What must be known to give a take back: which slot, which of its lives, how much.</summary>
/// <param name="Index">The slot.</param>
/// <param name="Incarnation">Its life; 0 = nothing was taken, for lives count from 1.</param>
/// <param name="Cost">Units of a bucket, quanta of a counter, 1 of a gauge.</param>
internal readonly record struct TakenSlot(long Index, ulong Incarnation, ulong Cost);
