namespace Appliance.Limiter;

/// <summary>What an operator may see of the table. The counts are read without stopping anyone and are exact only at rest.</summary>
/// <param name="Bytes">Size of the pinned block, header page included.</param>
/// <param name="Slots">Number of slots; one key of one rule takes one slot, of an LLM rule with a daily limit two.</param>
/// <param name="Used">Slots that have ever held a key; a key of which nothing need be remembered keeps its slot until another key needs it.</param>
/// <param name="Evicted">How often such a slot was given to another key.</param>
/// <param name="TableFull">How often no slot could be had for a key.</param>
/// <param name="Locked">True when the block is locked in memory; false when the limit on locked memory forbids it.</param>
public sealed record LimiterTableStatus(long Bytes, long Slots, long Used, long Evicted, long TableFull, bool Locked)
{
    /// <summary>True when the block lies on huge pages that the host had reserved (hugetlb).</summary>
    public bool OnHugePages { get; init; }
}
