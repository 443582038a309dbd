namespace Appliance.Limiter.Rules;

/// <summary>The length of a budget's window. Windows are those of the UTC calendar, they do not roll.</summary>
internal enum BudgetPeriod
{
    FiveMinutes,
    Hour,
    Day,

    /// <summary>From Monday 00:00.</summary>
    Week,

    /// <summary>From the first of the month 00:00.</summary>
    Month,
}
