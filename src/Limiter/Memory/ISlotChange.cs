namespace Appliance.Limiter.Memory;

/// <summary>
/// One kind of access to a key's slot. A struct per kind, so that the table's way of finding and claiming is compiled once for each and
/// no call is virtual. What a caller wants to know afterwards is in the struct's own fields.
/// </summary>
internal interface ISlotChange
{
    /// <summary>Whether the change would pass on a key that nobody has seen; a denial claims no slot.</summary>
    bool MayBegin { get; }

    /// <summary>For a life that begins with this change: <see cref="Slot.Until"/>.</summary>
    ulong Until { get; }

    ulong Now { get; }

    /// <summary>The word of a life that begins with this change.</summary>
    ulong Begin(long index, ulong incarnation);

    /// <summary>Changes a slot that was found for the key, or denies. False when the slot no longer belongs to the key, or is being claimed.</summary>
    bool TryApply(ref Slot slot, long index, in SlotIdentity identity, out TakeOutcome outcome);
}
