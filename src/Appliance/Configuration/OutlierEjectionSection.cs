using Appliance.Proxy.Configuration;

namespace Appliance.Configuration;

/// <summary>The keys of an upstream's `outlier_ejection`.</summary>
internal static class OutlierEjectionSection
{
    private static readonly ValueKey<int> ConsecutiveFailures = new("consecutive_failures", new IntegerKind(1, 1000), "5",
        "Failed requests in a row (connect, reset, timeout, 502, 503, 504) until the server is left out.");
    private static readonly ValueKey<TimeSpan> For = new("for", new DurationKind(100, 3_600_000), "30s",
        "How long the first time; it grows by as much each time again, up to ten times.");
    private static readonly ValueKey<int> MaximumPercent = new("maximum_percent", new IntegerKind(1, 100), "50",
        "Percent of the servers that may be left out at once; at least one may.");

    /// <summary>The declaration.</summary>
    public static readonly Section Section = new([ConsecutiveFailures, For, MaximumPercent], []);

    /// <summary>Reads the section.</summary>
    public static EjectionSettings Read(SectionReader reader) => new()
    {
        ConsecutiveFailures = reader.Get(ConsecutiveFailures),
        For = reader.Get(For),
        MaximumPercent = reader.Get(MaximumPercent),
    };
}
