using System.Collections.Immutable;
using Appliance.Proxy.Configuration;

namespace Appliance.Configuration;

/// <summary>The keys of a listener's `tls`.</summary>
internal static class TlsSection
{
    /// <summary>Versions that are spoken.</summary>
    public static readonly ChoiceKind<TlsVersion> Version = new([("1.2", TlsVersion.Tls12), ("1.3", TlsVersion.Tls13)], ["1.0", "1.1"]);

    private static readonly SectionListKey Certificates = new("certificates", CertificateKeys.Section,
        "More certificates, chosen by the name the client asks for; the first of all serves everybody else.");
    private static readonly ValueKey<TlsVersion> MinimumVersion = new("minimum_version", Version, "1.2", "The lowest version accepted: 1.2 or 1.3.");
    private static readonly ValueKey<string> Ciphers = new("ciphers",
        new TextKind("an OpenSSL cipher list", IsCipherList, "[A-Za-z0-9:!+@=_-]{1,1024}"), null,
        "OpenSSL cipher list for TLS 1.2. Absent: suites with forward secrecy and AEAD.");
    private static readonly ValueKey<string> ClientCaFile = new("client_ca_file", Kinds.FilePath, null,
        "PEM: authorities that sign client certificates. Absent: none is asked for.");
    private static readonly ValueKey<bool> ClientCertificate = new("client_certificate",
        new ChoiceKind<bool>([("require", true), ("optional", false)]), "require",
        "With client_ca_file: clients without a certificate are refused (require) or served (optional).");
    private static readonly ValueKey<bool> SessionTickets = new("session_tickets", Kinds.Boolean, "true",
        "Give out session tickets; their keys come from the cluster secret, so the peer honours them.");
    private static readonly ValueKey<bool> StrictSni = new("strict_sni", Kinds.Boolean, "false",
        "Refuse clients that ask for a name no certificate has, instead of giving them the first.");

    /// <summary>The declaration.</summary>
    public static readonly Section Section = new(
        [CertificateKeys.CertificateFile, CertificateKeys.KeyFile, CertificateKeys.OcspFile, Certificates, MinimumVersion, Ciphers, ClientCaFile,
            ClientCertificate, SessionTickets, StrictSni],
        ["acme", "alpn", "maximum_version", "curves", "crl_file"]);

    /// <summary>Reads the section.</summary>
    public static TlsSettings Read(SectionReader reader, string baseDirectory)
    {
        ImmutableArray<CertificateSettings> more =
            [.. reader.Get(Certificates).Select(r => CertificateKeys.Read(r, baseDirectory)).OfType<CertificateSettings>()];
        return new TlsSettings
        {
            Certificates = CertificateKeys.Read(reader, baseDirectory) is { } first ? [first, .. more] : more,
            MinimumVersion = reader.Get(MinimumVersion),
            Ciphers = reader.GetOrNull(Ciphers),
            ClientCaFile = reader.GetFile(ClientCaFile, baseDirectory),
            RequireClientCertificate = reader.Get(ClientCertificate),
            SessionTickets = reader.Get(SessionTickets),
            StrictSni = reader.Get(StrictSni),
        };
    }

    private static bool IsCipherList(string text) =>
        text.Length is > 0 and <= 1024 && text.All(c => char.IsAsciiLetterOrDigit(c) || ":!+@=_-".Contains(c, StringComparison.Ordinal));
}
