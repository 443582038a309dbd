namespace Appliance.Configuration;

/// <summary>The keys of `policies.table`.</summary>
internal static class TableSection
{
    private static readonly ValueKey<long> Memory = new("memory", new SizeKind(1L << 20, 64L << 30), "128m",
        "Pinned memory for the counters, 1m to 64g; fixed at start.");

    /// <summary>The declaration.</summary>
    public static readonly Section Section = new([Memory], ["huge_pages"]);

    /// <summary>Reads the section.</summary>
    public static TableConfig Read(SectionReader reader) => new() { MemoryBytes = reader.Get(Memory) };
}
