namespace Appliance.Limiter.AddressLists;

/// <summary>Addresses from <paramref name="Start"/> up to the next range.</summary>
/// <param name="Start">In host order.</param>
/// <param name="Value">The number of their value, -1 for none.</param>
internal readonly record struct ValueRange(UInt128 Start, int Value);
