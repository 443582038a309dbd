namespace Appliance.Limiter.Rules;

/// <summary>
/// The table's unit of time: a sixteenth of a nanosecond. Fine enough that a token of 100 million per second still lasts 160 units,
/// coarse enough that 18 years of uptime fit under the claim bit.
/// </summary>
internal static class TimeUnits
{
    public const int PerNanosecond = 16;
    public const ulong PerSecond = 1_000_000_000UL * PerNanosecond;

    /// <summary>Larger clocks stand still here; sums with <see cref="MaxSpan"/> twice stay below 2^63.</summary>
    public const ulong MaxNow = 1UL << 62;

    /// <summary>No debt and no cost is longer; a bucket must fill within <see cref="MaxFillSeconds"/>, which is shorter.</summary>
    public const ulong MaxSpan = 1UL << 60;

    /// <summary>One year.</summary>
    public const int MaxFillSeconds = 366 * 86_400;

    /// <summary>Never 0, which marks a slot that was never used.</summary>
    public static ulong FromNanoseconds(long ns) => Math.Clamp((ulong)Math.Max(ns, 1), 1, MaxNow / PerNanosecond) * PerNanosecond;

    /// <summary>Whole seconds, rounded up, at least 1.</summary>
    public static int ToSecondsAtLeastOne(ulong units) =>
        (int)Math.Clamp((units + PerSecond - 1) / PerSecond, 1, int.MaxValue);
}
