using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Integration.Tls;

/// <summary>Files of certificates that sign themselves, each its own authority.</summary>
internal static class TestCertificate
{
    /// <summary>Writes NAME.pem and NAME.key for a name that also is its subject, and for 127.0.0.1.</summary>
    public static void Write(string folder, string file, string name, double days = 90)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(name);
        names.AddIpAddress(System.Net.IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        using X509Certificate2 certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-100), DateTimeOffset.UtcNow.AddDays(days));
        File.WriteAllText(Path.Combine(folder, file + ".pem"), certificate.ExportCertificatePem());
        File.WriteAllText(Path.Combine(folder, file + ".key"), key.ExportPkcs8PrivateKeyPem());
    }

    /// <summary>For a server of the test itself.</summary>
    public static X509Certificate2 Read(string folder, string file)
    {
        using var pem = X509Certificate2.CreateFromPemFile(Path.Combine(folder, file + ".pem"), Path.Combine(folder, file + ".key"));
        return X509CertificateLoader.LoadPkcs12(pem.Export(X509ContentType.Pkcs12), null);
    }
}
