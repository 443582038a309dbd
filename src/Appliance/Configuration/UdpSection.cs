using Appliance.Proxy.Configuration;

namespace Appliance.Configuration;

/// <summary>The keys of a listener's `udp`.</summary>
internal static class UdpSection
{
    private static readonly ValueKey<TimeSpan> Idle = new("idle", new DurationKind(100, 86_400_000), "30s",
        "A session ends when neither side has sent for so long.");
    private static readonly ValueKey<int> Responses = new("responses", new IntegerKind(0, 1_000_000), "0",
        "A session ends after so many answers; 0: only by time. 1 suits DNS.");
    private static readonly ValueKey<int> MaximumSessions = new("maximum_sessions", new IntegerKind(1, 10_000_000), "65536",
        "Sessions at once; datagrams of further clients are dropped and counted.");

    /// <summary>The declaration.</summary>
    public static readonly Section Section = new([Idle, Responses, MaximumSessions], []);

    /// <summary>Reads the section.</summary>
    public static UdpSettings Read(SectionReader reader) => new()
    {
        Idle = reader.Get(Idle),
        Responses = reader.Get(Responses),
        MaximumSessions = reader.Get(MaximumSessions),
    };
}
