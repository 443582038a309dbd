using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Appliance.Proxy.Configuration;
using TestSupport;

namespace Proxy.Tests.Support;

/// <summary>A certificate authority for one test, with its files in a folder that goes with it.</summary>
internal sealed class TestAuthority : IDisposable
{
    private readonly TemporaryFolder _folder = new("tls-");
    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly List<X509Certificate2> _issued = [];
    private int _serial;

    public TestAuthority(string name = "test authority")
    {
        var request = new CertificateRequest($"CN={name}", _key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign, true));
        Root = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-400), DateTimeOffset.UtcNow.AddDays(400));
        RootFile = PathOf("root.pem");
        File.WriteAllText(RootFile, Root.ExportCertificatePem());
    }

    public X509Certificate2 Root { get; }

    public string RootFile { get; }

    public string PathOf(string file) => _folder.PathOf(file);

    /// <summary>Files of a new certificate for the names; a name that is an address becomes one.</summary>
    public CertificateSettings Issue(params string[] names) => Issue("ec", DateTimeOffset.UtcNow.AddDays(90), names);

    public CertificateSettings Issue(string kind, DateTimeOffset notAfter, params string[] names)
    {
        string file = $"{names[0].Replace("*", "any", StringComparison.Ordinal)}-{kind}-{++_serial}";
        Write(kind, notAfter, names, PathOf(file + ".pem"), PathOf(file + ".key"));
        return new CertificateSettings(PathOf(file + ".pem"), PathOf(file + ".key"));
    }

    /// <summary>Puts a new certificate where another one is.</summary>
    public void Renew(CertificateSettings files, DateTimeOffset notAfter, params string[] names) =>
        Write("ec", notAfter, names, files.CertificateFile, files.KeyFile);

    /// <summary>A client's certificate with its key.</summary>
    public X509Certificate2 IssueForClient(string name)
    {
        CertificateSettings files = Issue(name);
        using var pem = X509Certificate2.CreateFromPemFile(files.CertificateFile, files.KeyFile);
        var certificate = X509CertificateLoader.LoadPkcs12(pem.Export(X509ContentType.Pkcs12), null);
        _issued.Add(certificate);
        return certificate;
    }

    public void Dispose()
    {
        _issued.ForEach(certificate => certificate.Dispose());
        Root.Dispose();
        _key.Dispose();
        _folder.Dispose();
    }

    private void Write(string kind, DateTimeOffset notAfter, string[] names, string certificateFile, string keyFile)
    {
        using AsymmetricAlgorithm key = kind == "rsa" ? RSA.Create(2048) : ECDsa.Create(ECCurve.NamedCurves.nistP256);
        CertificateRequest request = key is RSA rsa
            ? new($"CN={names[0]}", rsa, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)
            : new($"CN={names[0]}", (ECDsa)key, HashAlgorithmName.SHA256);
        var alternative = new SubjectAlternativeNameBuilder();
        foreach (string name in names)
        {
            if (System.Net.IPAddress.TryParse(name, out System.Net.IPAddress? address)) alternative.AddIpAddress(address);
            else alternative.AddDnsName(name);
        }

        request.CertificateExtensions.Add(alternative.Build());
        var generator = X509SignatureGenerator.CreateForECDsa(_key);
        byte[] serial = RandomNumberGenerator.GetBytes(8);
        serial[0] &= 0x7f;
        using X509Certificate2 certificate = request.Create(Root.SubjectName, generator, DateTimeOffset.UtcNow.AddDays(-300), notAfter, serial);
        File.WriteAllText(certificateFile, certificate.ExportCertificatePem() + "\n" + Root.ExportCertificatePem() + "\n");
        File.WriteAllText(keyFile, key.ExportPkcs8PrivateKeyPem());
    }
}
