using Appliance.Limiter;
using Appliance.Limiter.Memory;

namespace Limiter.Tests.Support;

/// <summary>Counters and gauges of a table in one call each.</summary>
internal static class TableCounters
{
    public static TakeOutcome Add(
        this LimiterTable table, in SlotIdentity key, ulong cost, ulong limit, ulong until, ulong now, out ulong used, out TakenSlot taken)
    {
        var add = new CounterAdd(cost, limit, until, now);
        TakeOutcome outcome = table.Apply(key, ref add);
        (used, taken) = (add.Used, add.Taken);
        return outcome;
    }

    public static TakeOutcome Enter(this LimiterTable table, in SlotIdentity key, ulong limit, ulong now, out ulong count, out TakenSlot taken)
    {
        var enter = new GaugeEnter(limit, now);
        TakeOutcome outcome = table.Apply(key, ref enter);
        (count, taken) = (enter.Count, enter.Taken);
        return outcome;
    }
}
