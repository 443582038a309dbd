using Appliance.Limiter.Memory;

namespace Limiter.Tests.Support;

/// <summary>
/// Broken on purpose: one slot, taken by load and store instead of by compare-and-swap. It exists to show that the litmus test catches
/// lost takes.
/// </summary>
internal sealed class UncheckedTable
{
    private Slot _slot;

    public TakeOutcome Take(ulong cost, ulong burst, ulong now)
    {
        ulong next = Math.Max(_slot.ReadWord(), now) + cost;
        if (next - now > burst) return TakeOutcome.Denied;
        Gap.Open();
        Volatile.Write(ref _slot.Word, next);
        return TakeOutcome.Taken;
    }
}
