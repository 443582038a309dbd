namespace Appliance.Limiter.Memory;

/// <summary>What must be known to give a take back: which slot, which of its lives, how much.</summary>
internal readonly record struct TakenSlot(long Index, ulong Incarnation, ulong Cost);
