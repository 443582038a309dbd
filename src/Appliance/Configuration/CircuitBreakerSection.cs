using Appliance.Proxy.Configuration;

namespace Appliance.Configuration;

/// <summary>The keys of an upstream's `circuit_breaker`.</summary>
internal static class CircuitBreakerSection
{
    private static readonly ValueKey<int> FailureThreshold = new("failure_threshold", new IntegerKind(1, 10_000), "5", "Failures in a row that open it.");
    private static readonly ValueKey<int> SuccessThreshold = new("success_threshold", new IntegerKind(1, 10_000), "2",
        "Successes in a row while half open that close it.");
    private static readonly ValueKey<TimeSpan> Timeout = new("timeout", new DurationKind(100, 3_600_000), "60s",
        "How long it stays open before it lets requests try.");
    private static readonly ValueKey<int> HalfOpenRequests = new("half_open_requests", new IntegerKind(1, 10_000), "1",
        "Requests under way at once while half open.");

    /// <summary>The declaration.</summary>
    public static readonly Section Section = new([FailureThreshold, SuccessThreshold, Timeout, HalfOpenRequests], []);

    /// <summary>Reads the section.</summary>
    public static CircuitBreakerSettings Read(SectionReader reader) => new()
    {
        FailureThreshold = reader.Get(FailureThreshold),
        SuccessThreshold = reader.Get(SuccessThreshold),
        Timeout = reader.Get(Timeout),
        HalfOpenRequests = reader.Get(HalfOpenRequests),
    };
}
