namespace Appliance.Limiter.Memory;

/// <summary>What became of a take.</summary>
internal enum TakeOutcome
{
    Taken,
    Denied,

    /// <summary>No slot could be had for the key.</summary>
    NoSlot,
}
