namespace Appliance.Configuration;

/// <summary>The keys of `ha.bandwidth_monitoring`.</summary>
internal static class BandwidthSection
{
    private static readonly ValueKey<bool> Enabled = new("enabled", Kinds.Boolean, "false", "Watch the traffic while this node is active.");
    private static readonly ValueKey<string> Interface = new("interface", Kinds.Interface, null,
        "Whose received traffic is counted. Absent: `ha.interface`.");
    private static readonly ValueKey<long> Minimum = new("minimum", new RateKind(1, 1_000_000_000_000), "1Mbps",
        "Less than this is too little, 1bps to 1000Gbps.");
    private static readonly ValueKey<TimeSpan> Interval = new("interval", new DurationKind(1000, 3_600_000), "10s",
        "The rate is averaged over this long, 1s to 1h.");

    /// <summary>The declaration.</summary>
    public static readonly Section Section = new([Enabled, Interface, Minimum, Interval], []);

    /// <summary>Reads the section; null when it is not enabled.</summary>
    /// <param name="reader">Its keys.</param>
    /// <param name="haInterface">The interface of the virtual addresses.</param>
    public static BandwidthConfig? Read(SectionReader reader, string haInterface)
    {
        // All keys are read, so that a mistake is named also while the monitor is off.
        BandwidthConfig config = new(reader.GetOrNull(Interface) ?? haInterface, reader.Get(Minimum), reader.Get(Interval));
        return reader.Get(Enabled) ? config : null;
    }
}
