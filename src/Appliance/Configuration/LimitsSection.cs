using Appliance.Proxy.Configuration;

namespace Appliance.Configuration;

/// <summary>The keys of a listener's `limits`, and those beside it that say what becomes of who exceeds them.</summary>
internal static class LimitsSection
{
    /// <summary>What a refused connection gets.</summary>
    public static readonly ValueKey<RefusalForm> OnLimit = new("on_limit",
        new ChoiceKind<RefusalForm>([("reset", RefusalForm.Reset), ("drop", RefusalForm.Drop)]), "reset",
        "What a connection above a limit gets: reset, or drop (no answer at all).");

    private static readonly ValueKey<double> ConnectionsPerSecond = new("connections_per_second", new NumberKind(0.01, 10_000_000), null,
        "New connections per second of one client.");
    private static readonly ValueKey<int> ConnectionBurst = new("connection_burst", new IntegerKind(1, 10_000_000), null,
        "New connections of one client at once. Absent: one second's worth.");
    private static readonly ValueKey<int> ConcurrentConnections = new("concurrent_connections", new IntegerKind(1, 10_000_000), null,
        "Open connections of one client.");
    private static readonly ValueKey<long> BytesPerSecond = new("bytes_per_second", new SizeKind(1024, 1L << 40), null,
        "Bytes per second of one client, both ways and all its connections together; more is delayed.");
    private static readonly ValueKey<int> MaximumConnections = new("maximum_connections", new IntegerKind(1, 10_000_000), null,
        "Open connections of the listener.");
    private static readonly ValueKey<int> Ipv6Prefix = new("ipv6_prefix", new IntegerKind(32, 128), "64",
        "IPv6 clients are told apart by this many bits, 32 to 128.");

    private static readonly ValueKey<int> Refusals = new("refusals", new IntegerKind(1, 1_000_000_000), null,
        "Refusals of one client within the window.")
    { Required = true };
    private static readonly ValueKey<TimeSpan> Window = new("window", new DurationKind(1000, 3_600_000, 1000), "10s",
        "The window, 1s to 1h.");
    private static readonly ValueKey<TimeSpan> For = new("for", new DurationKind(1000, 86_400_000, 1000), "60s",
        "How long the kernel drops, 1s to 24h; then all is forgotten.");

    /// <summary>The declaration.</summary>
    public static readonly Section Section = new(
        [ConnectionsPerSecond, ConnectionBurst, ConcurrentConnections, BytesPerSecond, MaximumConnections, Ipv6Prefix],
        ["requests_per_second", "datagrams_per_second"]);

    /// <summary>Who goes on against the limits.</summary>
    public static readonly SectionKey OffloadAfter = new("offload_after", new Section([Refusals, Window, For], []),
        "Clients refused this often are dropped by the kernel; also written `1000 refusals in 10s`.")
    { TextForm = OffloadText.Read, TextPattern = OffloadText.Pattern };

    /// <summary>Reads the section and the keys beside it.</summary>
    /// <param name="limits">The section.</param>
    /// <param name="listener">The listener round it.</param>
    public static AdmissionSettings Read(SectionReader limits, SectionReader listener)
    {
        SectionReader? offload = listener.GetOptional(OffloadAfter);
        AdmissionSettings settings = new()
        {
            ConnectionsPerSecond = limits.GetOrNull(ConnectionsPerSecond),
            ConnectionBurst = limits.GetOrNull(ConnectionBurst),
            ConcurrentConnections = limits.GetOrNull(ConcurrentConnections),
            BytesPerSecond = limits.GetOrNull(BytesPerSecond),
            MaximumConnections = limits.GetOrNull(MaximumConnections),
            Ipv6PrefixLength = limits.Get(Ipv6Prefix),
            OnLimit = listener.Get(OnLimit),
        };
        return offload is null ? settings : settings with
        {
            OffloadAfter = offload.Get(Refusals),
            OffloadWindow = offload.Get(Window),
            OffloadFor = offload.Get(For),
        };
    }
}
