namespace Appliance.Limiter.Rules;

/// <summary>The length of a budget's window. Windows are those of the UTC calendar, they do not roll.</summary>
internal enum BudgetPeriod
{
    FiveMinutes,
    Hour,
    Day,

    /// <summary>From Sunday 00:00, see <see cref="BudgetWindow"/>.</summary>
    Week,

    /// <summary>From the first of the month 00:00.</summary>
    Month,
}
