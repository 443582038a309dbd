namespace Appliance.Configuration;

/// <summary>The keys of `policies`.</summary>
internal static class PoliciesSection
{
    private static readonly ValueKey<string> File = new("file", Kinds.FilePath, null,
        "The policy bundle (JSON); a relative path starts at this file's directory.")
    { Required = true };
    private static readonly SectionKey Table = new("table", TableSection.Section, "Memory of the counters.");
    private static readonly ValueKey<bool> Compatibility = new("compatibility", new ChoiceKind<bool>([("none", false)], ["fairvisor"]), "none",
        "Names of headers and metrics: none, our own.");

    /// <summary>The declaration.</summary>
    public static readonly Section Section = new(
        [File, Table, Compatibility],
        ["jwt", "public_key_file", "max_delayed", "ip_lists", "instance_share", "on_table_full", "on_partition", "debug_secret_file"]);

    /// <summary>Reads the section.</summary>
    public static PoliciesConfig Read(SectionReader reader, string baseDirectory)
    {
        reader.Get(Compatibility);
        return new() { File = Path.GetFullPath(reader.Get(File), baseDirectory), Table = TableSection.Read(reader.Get(Table)) };
    }
}
