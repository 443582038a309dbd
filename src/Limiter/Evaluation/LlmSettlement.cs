using Appliance.Limiter.Memory;

namespace Appliance.Limiter.Evaluation;

/// <summary>
/// Replaces an estimate by what was used, both ways: less gives the rest back to the minute and to the day of the reservation, more is
/// charged to both, beyond their limits if need be.
/// </summary>
internal static class LlmSettlement
{
    public static void Apply(LimiterTable table, ref LlmReservation reservation, long tokens, ulong now, int lane)
    {
        long change = Math.Max(tokens, 0) - reservation.Tokens;
        reservation.Counters.CountSettled(lane, reservation.Tokens, reservation.Tokens + change);
        if (change == 0) return;
        ulong minuteUnits = reservation.PerMinute.UnitsOf(Math.Abs(change));
        ulong dayQuanta = reservation.PerDay?.UnitsOf(Math.Abs(change)) ?? 0;
        if (change < 0)
        {
            table.GiveBack(reservation.Minute with { Cost = minuteUnits }, now);
            table.GiveBack(reservation.Day with { Cost = dayQuanta }, now);
        }
        else
        {
            // By the key, not by the slot: a bucket that was full again in the meantime may have lost its slot, and owes all the same.
            var charge = new BucketCharge(reservation.PerMinute, minuteUnits, now);
            table.Apply(reservation.MinuteIdentity, ref charge);
            table.AddTo(reservation.Day, dayQuanta);
        }

        reservation.Tokens += change;
    }
}
