using Appliance.Proxy.Configuration;

namespace Appliance.Configuration;

/// <summary>The keys of an upstream's `tls`.</summary>
internal static class UpstreamTlsSection
{
    private static readonly ValueKey<bool> Verify = new("verify", Kinds.Boolean, "true",
        "The server's certificate must be signed by a known authority and name the server.");
    private static readonly ValueKey<string> CaFile = new("ca_file", Kinds.FilePath, null, "PEM: the authorities. Absent: those of the system.");
    private static readonly ValueKey<string> ServerName = new("server_name", new TextKind("a host name", HostPattern.IsName), null,
        "Asked for (SNI) and verified. Absent: the server's DNS name or address.");
    private static readonly ValueKey<TlsVersion> MinimumVersion = new("minimum_version", TlsSection.Version, "1.2",
        "The lowest version accepted: 1.2 or 1.3.");

    /// <summary>The declaration.</summary>
    public static readonly Section Section = new(
        [Verify, CaFile, ServerName, CertificateKeys.CertificateFile, CertificateKeys.KeyFile, MinimumVersion], ["ciphers", "session_tickets"]);

    /// <summary>Reads the section.</summary>
    public static UpstreamTlsSettings Read(SectionReader reader, string baseDirectory) => new()
    {
        Verify = reader.Get(Verify),
        CaFile = reader.GetFile(CaFile, baseDirectory),
        ServerName = reader.GetOrNull(ServerName),
        Certificate = CertificateKeys.Read(reader, baseDirectory),
        MinimumVersion = reader.Get(MinimumVersion),
    };
}
