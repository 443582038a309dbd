namespace Appliance.Configuration;

/// <summary>The keys of `policies.ip_lists`.</summary>
internal static class IpListsSection
{
    private static readonly ValueKey<string> Country = new("country", Kinds.FilePath, null, "Lines `CIDR CC`: what ip:country says.");
    private static readonly ValueKey<string> Asn = new("asn", Kinds.FilePath, null, "Lines `CIDR NUMBER`: what ip:asn says.");
    private static readonly ValueKey<string> Type = new("type", Kinds.FilePath, null, "Lines `CIDR WORD` or `ASnumber WORD`: what ip:type says.");
    private static readonly ValueKey<string> Tor = new("tor", Kinds.FilePath, null, "Lines `CIDR`: where ip:tor is true.");

    /// <summary>The declaration.</summary>
    public static readonly Section Section = new([Country, Asn, Type, Tor], []);

    /// <summary>Reads the section.</summary>
    public static IpListsConfig Read(SectionReader reader, string baseDirectory) => new(
        reader.GetFile(Country, baseDirectory), reader.GetFile(Asn, baseDirectory), reader.GetFile(Type, baseDirectory), reader.GetFile(Tor, baseDirectory));
}
