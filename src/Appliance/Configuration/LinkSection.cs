namespace Appliance.Configuration;

/// <summary>The keys of `ha.link_monitoring`.</summary>
internal static class LinkSection
{
    private static readonly DurationKind UpToAMinute = new(0, 60_000);

    private static readonly ValueKey<TimeSpan> Interval = new("interval", new DurationKind(10, 60_000), "100ms",
        "How often links are looked at besides the kernel's events, 10ms to 1m.");
    private static readonly NestedListKey<string> Pairs = new("pairs", Kinds.Interface,
        "Lists of interfaces, such as [[eth0, eth1]]; a pair counts while all of its links are up.");
    private static readonly ValueKey<int> MinimumActiveLinks = new("minimum_active_links", new IntegerKind(0, 16), "1",
        "Fewer pairs make this node unfit.");
    private static readonly ValueKey<TimeSpan> Down = new("down", UpToAMinute, "0s", "A link must be down this long until it counts as down, up to 1m.");
    private static readonly ValueKey<TimeSpan> Up = new("up", UpToAMinute, "1s", "A link must be up this long until it counts as up again, up to 1m.");
    private static readonly SectionKey Debounce = new("debounce", new Section([Down, Up], []), "How long a change must last.");

    /// <summary>The declaration.</summary>
    public static readonly Section Section = new([Interval, Pairs, MinimumActiveLinks, Debounce], []);

    /// <summary>Reads the section.</summary>
    public static LinkConfig Read(SectionReader reader)
    {
        SectionReader debounce = reader.Get(Debounce);
        return new LinkConfig
        {
            Interval = reader.Get(Interval),
            Pairs = reader.Get(Pairs),
            MinimumActive = reader.Get(MinimumActiveLinks),
            DebounceDown = debounce.Get(Down),
            DebounceUp = debounce.Get(Up),
        };
    }
}
