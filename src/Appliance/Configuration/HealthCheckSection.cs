using Appliance.Proxy.Configuration;

namespace Appliance.Configuration;

/// <summary>The keys of an upstream's `health_check`.</summary>
internal static class HealthCheckSection
{
    private static readonly ValueKey<string> Path = new("path",
        new TextKind("a path that begins with / and may have a query", IsTarget, "/[!-~]*"), null, "Path of an HTTP GET. Absent: connecting is the whole check.");
    private static readonly ValueKey<string> Host = new("host", new TextKind("a host name, with or without a port", HostText.IsHost), null,
        "What Host says. Absent: the server's own name and port.");
    private static readonly ListKey<(int First, int Last)> Statuses = new("statuses", new StatusRangeKind(), ["200-399"],
        "Statuses of a healthy server, single ones and ranges.");
    private static readonly ValueKey<string> BodyContains = new("body_contains",
        new TextKind("a text of 1 to 1024 characters", text => text.Length is > 0 and <= 1024), null,
        "Text that the first 64 KiB of the body must hold. Absent: any body.");
    private static readonly ValueKey<TimeSpan> Interval = new("interval", new DurationKind(100, 3_600_000), "5s", "Between two checks, 100ms to 1h.");
    private static readonly ValueKey<TimeSpan> Timeout = new("timeout", new DurationKind(1, 3_600_000), "1s", "For the whole of one check.");
    private static readonly ValueKey<int> HealthyAfter = new("healthy_after", new IntegerKind(1, 1000), "2",
        "Good checks in a row until a server that was down is up.");
    private static readonly ValueKey<int> UnhealthyAfter = new("unhealthy_after", new IntegerKind(1, 1000), "3",
        "Failed checks in a row until a server that was up is down.");
    private static readonly ValueKey<int> Port = new("port", new IntegerKind(1, 65535), null, "Port to check instead of the server's own.");

    /// <summary>The declaration.</summary>
    public static readonly Section Section = new(
        [Path, Host, Statuses, BodyContains, Interval, Timeout, HealthyAfter, UnhealthyAfter, Port], ["method", "headers", "command"]);

    /// <summary>Reads the section.</summary>
    public static HealthCheckSettings Read(SectionReader reader) => new()
    {
        Path = reader.GetOrNull(Path),
        Host = reader.GetOrNull(Host),
        Statuses = reader.Get(Statuses),
        BodyContains = reader.GetOrNull(BodyContains),
        Interval = reader.Get(Interval),
        Timeout = reader.Get(Timeout),
        HealthyAfter = reader.Get(HealthyAfter),
        UnhealthyAfter = reader.Get(UnhealthyAfter),
        Port = reader.GetOrNull(Port),
    };

    private static bool IsTarget(string text) => text.Length is > 0 and <= 2048 && text[0] == '/' && text.All(c => c is > ' ' and <= '~' and not '#');
}
