namespace Appliance.Configuration;

/// <summary>The keys of an upstream's `keepalive`.</summary>
internal static class KeepaliveSection
{
    private static readonly ValueKey<int> MaximumIdle = new("maximum_idle", new IntegerKind(0, 10_000), "256",
        "Idle connections kept per server and event loop; 0: none.");
    private static readonly ValueKey<TimeSpan> IdleTimeout = new("idle_timeout", new DurationKind(100, 86_400_000), "50s",
        "How long an idle connection is kept; shorter than the servers keep theirs.");

    /// <summary>The declaration.</summary>
    public static readonly Section Section = new([MaximumIdle, IdleTimeout], ["requests"]);

    /// <summary>Reads the section.</summary>
    public static (int MaximumIdle, TimeSpan IdleTimeout) Read(SectionReader reader) => (reader.Get(MaximumIdle), reader.Get(IdleTimeout));
}
