using Appliance.Limiter.Rules;
using FsCheck;
using FsCheck.Fluent;

namespace Limiter.Tests.Rules;

public sealed class BudgetWindowTests
{
    /// <summary>The check values of part B section 2.2, and the edges of the calendar.</summary>
    [Theory]
    [InlineData((int)BudgetPeriod.FiveMinutes, 1770129299, 1770129000, 1770129300)]
    [InlineData((int)BudgetPeriod.Hour, 1770129000, 1770127200, 1770130800)]
    [InlineData((int)BudgetPeriod.Day, 1770129000, 1770076800, 1770163200)]
    [InlineData((int)BudgetPeriod.Week, 1770129000, 1769904000, 1770508800)]
    [InlineData((int)BudgetPeriod.Month, 1770129000, 1769904000, 1772323200)]
    [InlineData((int)BudgetPeriod.Month, 1709164800, 1706745600, 1709251200)]
    [InlineData((int)BudgetPeriod.Month, 1767225599, 1764547200, 1767225600)]
    [InlineData((int)BudgetPeriod.Week, 0, -345600, 259200)]
    [InlineData((int)BudgetPeriod.Week, 259199, -345600, 259200)]
    [InlineData((int)BudgetPeriod.Week, 259200, 259200, 864000)]
    [InlineData((int)BudgetPeriod.Day, long.MinValue, 0, 86400)]
    [InlineData((int)BudgetPeriod.Month, long.MaxValue, 253397030400, 253399622400)]
    public void AWindowIsThatOfTheCalendar(int period, long now, long start, long end) =>
        Assert.Equal(new BudgetWindow(start, end), BudgetWindow.At((BudgetPeriod)period, now));

    [Fact]
    public void WindowsFollowOneAnotherWithoutGapAndBeginWhereTheCalendarSays() => Check.One(
        Config.QuickThrowOnFailure.WithMaxTest(3000),
        Prop.ForAll(Gen.Choose(0, int.MaxValue).ToArbitrary(), now =>
        {
            foreach (BudgetPeriod period in Enum.GetValues<BudgetPeriod>())
            {
                BudgetWindow window = BudgetWindow.At(period, now);
                if (now < window.Start || now >= window.End) return false;
                if (BudgetWindow.At(period, window.End).Start != window.End) return false;
                if (window.Start > 0 && BudgetWindow.At(period, window.Start - 1).End != window.Start) return false;
                DateTimeOffset start = DateTimeOffset.FromUnixTimeSeconds(window.Start);
                bool aligned = period switch
                {
                    BudgetPeriod.FiveMinutes => start.Minute % 5 == 0 && start.Second == 0,
                    BudgetPeriod.Hour => start is { Minute: 0, Second: 0 },
                    BudgetPeriod.Day => start.TimeOfDay == TimeSpan.Zero,
                    BudgetPeriod.Week => start.TimeOfDay == TimeSpan.Zero && start.DayOfWeek == DayOfWeek.Sunday,
                    _ => start.TimeOfDay == TimeSpan.Zero && start.Day == 1,
                };
                if (!aligned) return false;
            }

            return true;
        }));
}
