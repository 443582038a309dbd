using Appliance.Limiter.Llm;
using Appliance.Limiter.Memory;
using Appliance.Limiter.Rules;

namespace Appliance.Limiter.Evaluation;

/// <summary>What one request holds after its decision. Pooled by lane; the version tells leases of earlier uses apart. One thread at a time.</summary>
internal sealed class HeldTakes
{
    private TakenSlot[] _places = [];
    private LlmReservation[] _reservations = [];

    /// <summary>Counts the uses of this object; the lease of an earlier use is void.</summary>
    public ulong Version { get; private set; }

    public int PlaceCount { get; private set; }

    public int ReservationCount { get; private set; }

    /// <summary>The next in the pool.</summary>
    public HeldTakes? Next { get; set; }

    /// <summary>Takes over; allocates only when a request holds more than any that used this object before.</summary>
    public void Fill(ReadOnlySpan<TakenSlot> places, ReadOnlySpan<LlmReservation> reservations)
    {
        if (_places.Length < places.Length) _places = new TakenSlot[places.Length];
        if (_reservations.Length < reservations.Length) _reservations = new LlmReservation[reservations.Length];
        places.CopyTo(_places);
        reservations.CopyTo(_reservations);
        (PlaceCount, ReservationCount) = (places.Length, reservations.Length);
    }

    /// <summary>Leaves the places of concurrency rules and voids every lease of this use.</summary>
    public void Release(LimiterTable table, ulong now)
    {
        Version++;
        foreach (ref readonly TakenSlot place in _places.AsSpan(0, PlaceCount)) table.GiveBack(place, now);
        // The rules of a replaced bundle must not live on in the pool.
        _reservations.AsSpan(0, ReservationCount).Clear();
        (PlaceCount, ReservationCount) = (0, 0);
    }

    /// <summary>The estimate of the prompt that was reserved; of several the largest.</summary>
    public long PromptTokens
    {
        get
        {
            long most = 0;
            foreach (ref readonly LlmReservation reservation in _reservations.AsSpan(0, ReservationCount)) most = Math.Max(most, reservation.PromptTokens);
            return most;
        }
    }

    /// <summary>What holds for a streamed answer: of several rules the one that cuts first, and one that cuts before one that only watches.</summary>
    public LlmStreamSettings Stream
    {
        get
        {
            var strictest = new LlmStreamSettings(LlmStreamMode.Count, long.MaxValue, 1, default, IncludePartialUsage: false);
            foreach (ref readonly LlmReservation reservation in _reservations.AsSpan(0, ReservationCount))
            {
                LlmStreaming rule = reservation.Streaming;
                LlmStreamMode mode = !rule.IsEnabled || !rule.EnforcesMidStream ? LlmStreamMode.Count
                    : reservation.IsShadow ? LlmStreamMode.Shadow : LlmStreamMode.Enforce;
                if (mode < strictest.Mode || (mode == strictest.Mode && rule.CompletionLimit >= strictest.Limit)) continue;
                strictest = new LlmStreamSettings(
                    mode, rule.CompletionLimit, rule.BufferTokens,
                    rule.OnLimitExceeded == StreamLimitAction.ErrorChunk ? LlmLimitAction.ErrorChunk : LlmLimitAction.GracefulClose,
                    rule.IncludesPartialUsage);
            }

            return strictest;
        }
    }

    /// <summary>Charges every reservation with what was really used instead.</summary>
    public void Settle(LimiterTable table, long tokens, ulong now, int lane)
    {
        foreach (ref LlmReservation reservation in _reservations.AsSpan(0, ReservationCount)) LlmSettlement.Apply(table, ref reservation, tokens, now, lane);
    }
}
