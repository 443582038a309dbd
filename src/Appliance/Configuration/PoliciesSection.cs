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

    private static readonly SectionKey Jwt = new("jwt", JwtSection.Section, "How bearer tokens are verified whose claims policies look at.");
    private static readonly SectionKey IpLists = new("ip_lists", IpListsSection.Section, "What is known of networks: descriptors ip:country, ip:asn, ip:type, ip:tor.");
    private static readonly ValueKey<int> MaximumDelayed = new("max_delayed", new IntegerKind(0, 1_000_000), "10000",
        "How many requests may wait at once because a policy delays them; more are rejected.");

    /// <summary>The declaration.</summary>
    public static readonly Section Section = new(
        [File, Table, Compatibility, Jwt, IpLists, MaximumDelayed],
        ["public_key_file", "instance_share", "on_table_full", "on_partition", "debug_secret_file"]);

    /// <summary>Reads the section.</summary>
    public static PoliciesConfig Read(SectionReader reader, string baseDirectory)
    {
        reader.Get(Compatibility);
        return new()
        {
            File = Path.GetFullPath(reader.Get(File), baseDirectory),
            Table = TableSection.Read(reader.Get(Table)),
            Jwt = reader.GetOptional(Jwt) is { } jwt ? JwtSection.Read(jwt, baseDirectory) : null,
            IpLists = reader.GetOptional(IpLists) is { } lists ? IpListsSection.Read(lists, baseDirectory) : null,
            MaximumDelayed = reader.Get(MaximumDelayed),
        };
    }
}
