using Appliance.Limiter.Rules;

namespace Appliance.Limiter.Evaluation;

/// <summary>The moment of a decision on both clocks: what refills and what is in flight goes by the monotonic one, calendar windows by UTC.</summary>
/// <param name="Units">Monotonic, in units of <see cref="TimeUnits"/>.</param>
/// <param name="UnixMs">UTC, 0 or more.</param>
internal readonly record struct EvaluationTime(ulong Units, long UnixMs)
{
    /// <summary>
    /// How long a window's counter outlives the window. The wall clock may be set back by up to this much, and the counter of the window that
    /// is then entered again is still there.
    /// </summary>
    public const long GraceMs = 60_000;

    public long UnixSeconds => UnixMs / 1000;

    /// <summary>Rises with the monotonic clock, at least 1: says which of several figures is the latest.</summary>
    public long Stamp => (long)(Units & long.MaxValue) | 1;

    /// <summary>The monotonic time at which the counter of a window that ends at a UTC time may be forgotten.</summary>
    public ulong EndOfLife(long endUnixSeconds) => After(Math.Max(endUnixSeconds * 1000 - UnixMs, 0) + GraceMs);

    public ulong After(long milliseconds) => Units + Math.Min((ulong)milliseconds, TimeUnits.MaxSpan / UnitsPerMs) * UnitsPerMs;

    /// <summary>Seconds, rounded up, at least 1.</summary>
    public int SecondsUntil(long unixSeconds) => (int)Math.Clamp((unixSeconds * 1000 - UnixMs + 999) / 1000, 1, int.MaxValue);

    private const ulong UnitsPerMs = TimeUnits.PerSecond / 1000;
}
