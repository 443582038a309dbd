using Appliance.Limiter.Rules;

namespace Appliance.Limiter.Bundles;

/// <summary>`algorithm_config` of a cost_based rule (part B section 2.2; period 1mo: A16).</summary>
internal static class CostBudgetCompiler
{
    /// <summary>Null after an error.</summary>
    public static CostBudget? Compile(FieldReader fields, int instanceShare)
    {
        fields.Findings.LintUnknown(fields.Table, AlgorithmCompiler.Repeated, "budget", "period", "cost_key", "fixed_cost", "default_cost", "staged_actions");
        decimal budget = BudgetField(fields, "budget", required: true, instanceShare) ?? 1;
        BudgetPeriod period = Period(fields);
        CostFields cost = CostFields.Read(fields, "cost_key");
        StageFields[] stages = StageFields.Read(fields);
        if (!fields.IsSound) return null;

        if (cost.Cost > budget) fields.Findings.Lint(fields.Table, "every request costs more than the budget: the rule rejects all of them");
        var compiled = PeriodBudget.Compile(budget, period, [cost.Cost], cost.IsForeign);
        return new CostBudget(compiled, cost.On(compiled), StageFields.Compile(stages, compiled));
    }

    /// <summary>An amount that <see cref="PeriodBudget"/> can count, shared among the instances; null when absent.</summary>
    public static decimal? BudgetField(FieldReader fields, string field, bool required, int instanceShare)
    {
        decimal? budget = required ? fields.RequiredPositive(field) : fields.Positive(field);
        if (budget is null) return null;
        decimal share = budget.Value / instanceShare;
        if (share is < PeriodBudget.LeastBudget or > TokenBucket.MaxTokens)
            fields.Refuse(field, $"{field} must be between {PeriodBudget.LeastBudget} and {TokenBucket.MaxTokens}");
        return share;
    }

    private static BudgetPeriod Period(FieldReader fields)
    {
        BudgetPeriod? period = fields.Table.Member("period") is { IsString: true } node
            ? node.Text switch
            {
                "5m" => BudgetPeriod.FiveMinutes,
                "1h" => BudgetPeriod.Hour,
                "1d" => BudgetPeriod.Day,
                "7d" => BudgetPeriod.Week,
                "1mo" => BudgetPeriod.Month,
                _ => null,
            }
            : null;
        if (period is null) fields.Refuse("period", "period must be one of: 5m, 1h, 1d, 7d, 1mo");
        return period ?? BudgetPeriod.Day;
    }
}
