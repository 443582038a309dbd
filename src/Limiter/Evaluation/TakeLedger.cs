using Appliance.Limiter.Memory;

namespace Appliance.Limiter.Evaluation;

/// <summary>Everything that the request in hand has taken, so that a reject gives all of it back: a rejected request consumes nothing (policies.md A8).</summary>
internal sealed class TakeLedger(int mostTakes, int mostRules)
{
    private readonly TakenSlot[] _taken = new TakenSlot[mostTakes];
    private readonly TakenSlot[] _places = new TakenSlot[mostRules];
    private readonly LlmReservation[] _reservations = new LlmReservation[mostRules];
    private LedgerMark _count;

    public LedgerMark Mark => _count;

    public bool HoldsAnything => _count.Places + _count.Reservations > 0;

    public void Begin() => _count = default;

    public void Add(in TakenSlot taken)
    {
        _taken[_count.Taken] = taken;
        _count = _count with { Taken = _count.Taken + 1 };
    }

    /// <summary>A take that lasts as long as the request.</summary>
    public void AddPlace(in TakenSlot taken)
    {
        Add(taken);
        _places[_count.Places] = taken;
        _count = _count with { Places = _count.Places + 1 };
    }

    /// <summary>Remembers takes already added, for settlement.</summary>
    public void AddReservation(in LlmReservation reservation)
    {
        _reservations[_count.Reservations] = reservation;
        _count = _count with { Reservations = _count.Reservations + 1 };
    }

    public void GiveBackTo(LedgerMark mark, LimiterTable table, ulong now)
    {
        for (int i = _count.Taken - 1; i >= mark.Taken; i--) table.GiveBack(_taken[i], now);
        _count = mark;
    }

    public void MoveTo(HeldTakes held)
    {
        held.Fill(_places.AsSpan(0, _count.Places), _reservations.AsSpan(0, _count.Reservations));
        _reservations.AsSpan(0, _count.Reservations).Clear();
        _count = default;
    }
}
