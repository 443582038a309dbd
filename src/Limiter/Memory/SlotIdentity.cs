namespace Appliance.Limiter.Memory;

/// <summary>The 128-bit name of a key: two XXH64 digests under different seeds. The high half also says where probing starts.</summary>
internal readonly record struct SlotIdentity(ulong High, ulong Low);
