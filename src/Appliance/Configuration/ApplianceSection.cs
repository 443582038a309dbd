namespace Appliance.Configuration;

/// <summary>The top of the file.</summary>
internal static class ApplianceSection
{
    private static readonly ValueKey<string> Node = new("node", Kinds.Name, null, "Name of this node. Absent: the host name.");
    private static readonly SectionKey Ha = new("ha", HaSection.Section, "The pair. Absent: a single node.");
    private static readonly SectionListKey Listeners =
        new("listeners", ListenerSection.Section, "Where traffic is accepted; two never share an address.");
    private static readonly SectionListKey Upstreams = new("upstreams", UpstreamSection.Section, "Where traffic goes.");
    private static readonly SectionKey Policies = new("policies", PoliciesSection.Section, "Who may pass. Absent: everybody.");
    private static readonly SectionKey Admin = new("admin", AdminSection.Section, "Health, metrics, status, decision API.");
    private static readonly SectionKey Log = new("log", LogSection.Section, "What the journal gets.");
    private static readonly ValueKey<TimeSpan> DrainTimeout = new("drain_timeout", new DurationKind(0, 3_600_000), "30s",
        "How long bodies may go on after SIGTERM, 0s to 1h; what is left is cut.");

    private static readonly ValueKey<long?> MemoryLimit = new("memory_limit", new MemoryLimitKind(), "auto",
        "Memory for the buffers of all connections; at the bound new ones are refused. auto: half of the machine's.");

    /// <summary>The declaration.</summary>
    public static readonly Section Section = new(
        [Node, Ha, Listeners, Upstreams, Policies, Admin, Log, DrainTimeout, MemoryLimit],
        ["buckets", "cache", "include", "transport", "sync_interval", "compatibility", "sync", "tls", "tracing"]);

    /// <summary>Reads the whole file.</summary>
    /// <param name="root">Null for an empty file.</param>
    /// <param name="baseDirectory">Relative paths of files start here.</param>
    /// <param name="errors">Where mistakes go.</param>
    public static ApplianceConfig Read(YamlMapping? root, string baseDirectory, ConfigErrors errors)
    {
        SectionReader reader = new(Section, root, "", errors);
        string node = ReadNode(reader, errors);
        return new ApplianceConfig
        {
            Node = node,
            Ha = reader.GetOptional(Ha) is { } ha ? HaSection.Read(ha, node, baseDirectory) : null,
            Listeners = [.. reader.Get(Listeners).Select(listener => ListenerSection.Read(listener, baseDirectory))],
            Upstreams = [.. reader.Get(Upstreams).Select(upstream => UpstreamSection.Read(upstream, baseDirectory))],
            Policies = reader.GetOptional(Policies) is { } policies ? PoliciesSection.Read(policies, baseDirectory) : null,
            Admin = AdminSection.Read(reader.Get(Admin)),
            Log = LogSection.Read(reader.Get(Log)),
            DrainTimeout = reader.Get(DrainTimeout),
            MemoryLimit = reader.Get(MemoryLimit),
            Source = errors.ToSource(),
        };
    }

    private static string ReadNode(SectionReader reader, ConfigErrors errors)
    {
        if (reader.TryGet(Node, out string node)) return node;
        if (!Kinds.IsName(Environment.MachineName)) errors.Add("node", "the host name of this machine cannot serve as a name; give one here");
        return Environment.MachineName;
    }
}
