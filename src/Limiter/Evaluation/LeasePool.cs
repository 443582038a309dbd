namespace Appliance.Limiter.Evaluation;

/// <summary>A lane's unused <see cref="HeldTakes"/>: as many as were ever held at once, so that a warm lane allocates nothing. One thread at a time.</summary>
internal sealed class LeasePool
{
    private HeldTakes? _free;

    public DecisionLease Lease(TakeLedger ledger)
    {
        if (!ledger.HoldsAnything) return default;
        HeldTakes held = _free ?? new HeldTakes();
        _free = held.Next;
        held.Next = null;
        ledger.MoveTo(held);
        return new DecisionLease(held, held.Version);
    }

    /// <summary>Of a lease that was released.</summary>
    public void Return(HeldTakes held)
    {
        held.Next = _free;
        _free = held;
    }
}
