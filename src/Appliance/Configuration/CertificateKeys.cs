using Appliance.Proxy.Configuration;

namespace Appliance.Configuration;

/// <summary>The keys that name a certificate, its key and its OCSP response.</summary>
internal static class CertificateKeys
{
    /// <summary>PEM.</summary>
    public static readonly ValueKey<string> CertificateFile = new("certificate_file", Kinds.FilePath, null, "PEM: the certificate, then its chain.");

    /// <summary>PEM.</summary>
    public static readonly ValueKey<string> KeyFile = new("key_file", Kinds.FilePath, null, "PEM: the private key, not encrypted.");

    /// <summary>DER.</summary>
    public static readonly ValueKey<string> OcspFile = new("ocsp_file", Kinds.FilePath, null, "DER: an OCSP response that is sent along (stapled).");

    /// <summary>An entry of `certificates`.</summary>
    public static readonly Section Section = new(
        [
            new ValueKey<string>(CertificateFile.Name, Kinds.FilePath, null, CertificateFile.Summary) { Required = true },
            new ValueKey<string>(KeyFile.Name, Kinds.FilePath, null, KeyFile.Summary) { Required = true },
            OcspFile,
        ],
        []);

    /// <summary>Reads the keys; null when neither file is named, or only one.</summary>
    public static CertificateSettings? Read(SectionReader reader, string baseDirectory)
    {
        string? certificate = reader.GetFile(CertificateFile, baseDirectory);
        string? key = reader.GetFile(KeyFile, baseDirectory);
        string? ocsp = reader.Declares(OcspFile) ? reader.GetFile(OcspFile, baseDirectory) : null;
        return certificate is null || key is null ? null : new CertificateSettings(certificate, key, ocsp);
    }
}
