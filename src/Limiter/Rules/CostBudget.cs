namespace Appliance.Limiter.Rules;

/// <summary>`cost_based`: an amount per calendar window, with warnings and delays on the way there (part B section 2.2).</summary>
internal sealed class CostBudget(PeriodBudget budget, CostSource cost, BudgetStage[] stages) : Algorithm(AlgorithmKind.CostBased)
{
    public PeriodBudget Budget { get; } = budget;

    /// <summary>What a request takes, in quanta of <see cref="Budget"/>.</summary>
    public CostSource Cost { get; } = cost;

    /// <summary>
    /// Ascending. Warn and throttle only: rejection begins strictly above the budget whatever the stages say, and a `reject` below it
    /// counts as the highest other stage reached.
    /// </summary>
    public BudgetStage[] Stages { get; } = stages;

    /// <summary>The stage that holds at a use, this request included; null: a plain pass.</summary>
    /// <param name="used">Quanta.</param>
    public BudgetStage? StageAt(ulong used)
    {
        for (int i = Stages.Length - 1; i >= 0; i--)
        {
            if (used >= Stages[i].FromQuanta) return Stages[i];
        }

        return null;
    }
}
