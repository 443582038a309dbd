using Appliance.Limiter.Memory;
using Appliance.Limiter.Rules;

namespace Appliance.Limiter.Evaluation;

/// <summary>Names the counter of one window: the window and what the counter counts in are part of the key, so that windows never share usage.</summary>
internal static class BudgetKey
{
    private const int PeriodShift = 32;

    /// <param name="key">The rule's key without a window.</param>
    /// <param name="budget">The budget.</param>
    /// <param name="window">Of <paramref name="budget"/>.</param>
    public static SlotIdentity Of(in SlotIdentity key, PeriodBudget budget, BudgetWindow window) => new IdentitySeeds(key.High, key.Low)
        .Append((ulong)window.Start).Append((ulong)budget.Period << PeriodShift | (uint)budget.QuantaPerToken).ToIdentity();
}
