using Appliance.Limiter;

namespace Appliance.Configuration;

/// <summary>The keys of `policies`.</summary>
internal static class PoliciesSection
{
    private static readonly ValueKey<string> File = new("file", Kinds.FilePath, null,
        "The policy bundle (JSON); a relative path starts at this file's directory.")
    { Required = true };
    private static readonly SectionKey Table = new("table", TableSection.Section, "Memory of the counters.");
    private static readonly ValueKey<PolicyCompatibility> Compatibility = new(
        "compatibility", new ChoiceKind<PolicyCompatibility>([("none", PolicyCompatibility.None), ("fairvisor", PolicyCompatibility.Fairvisor)]), "none",
        "none: our own names. fairvisor: X-Fairvisor-* headers instead of X-Appliance-*, fairvisor_* metrics beside ours.");
    private static readonly ValueKey<string> PublicKeyFile = new("public_key_file", Kinds.FilePath, null,
        "PEM public key, Ed25519 or ECDSA P-256: a bundle counts only with a good signature beside it (FILE.sig). Absent: none is asked for.");
    private static readonly ValueKey<int> InstanceShare = new("instance_share", new InstanceShareKind(), "1/1",
        "1/N: one of N installations that count each for itself gets this part of every limit. What the bundle says wins.");
    private static readonly ValueKey<bool> OnTableFull = new("on_table_full", new ChoiceKind<bool>([("open", false), ("closed", true)]), "open",
        "A key that finds no room in the table passes unlimited (open) or is rejected (closed). What a policy says wins.");
    private static readonly ValueKey<string> DebugSecretFile = new("debug_secret_file", Kinds.FilePath, null,
        "Secret of debug sessions, one line of at least 16 characters, mode 0640; the same on both nodes. Absent: no debug sessions.");

    private static readonly SectionKey Jwt = new("jwt", JwtSection.Section, "How bearer tokens are verified whose claims policies look at.");
    private static readonly SectionKey IpLists = new("ip_lists", IpListsSection.Section, "What is known of networks: descriptors ip:country, ip:asn, ip:type, ip:tor.");
    private static readonly ValueKey<int> MaximumDelayed = new("max_delayed", new IntegerKind(0, 1_000_000), "10000",
        "How many requests may wait at once because a policy delays them; more are rejected.");

    /// <summary>The declaration.</summary>
    public static readonly Section Section = new(
        [File, Table, Compatibility, PublicKeyFile, InstanceShare, OnTableFull, Jwt, IpLists, MaximumDelayed, DebugSecretFile],
        ["on_partition"]);

    /// <summary>Reads the section.</summary>
    public static PoliciesConfig Read(SectionReader reader, string baseDirectory) => new()
    {
        File = Path.GetFullPath(reader.Get(File), baseDirectory),
        Table = TableSection.Read(reader.Get(Table)),
        Compatibility = reader.Get(Compatibility),
        PublicKeyFile = reader.GetFile(PublicKeyFile, baseDirectory),
        InstanceShare = reader.Get(InstanceShare),
        IsClosedWhenTableFull = reader.Get(OnTableFull),
        Jwt = reader.GetOptional(Jwt) is { } jwt ? JwtSection.Read(jwt, baseDirectory) : null,
        IpLists = reader.GetOptional(IpLists) is { } lists ? IpListsSection.Read(lists, baseDirectory) : null,
        MaximumDelayed = reader.Get(MaximumDelayed),
        DebugSecretFile = reader.GetFile(DebugSecretFile, baseDirectory),
    };
}
