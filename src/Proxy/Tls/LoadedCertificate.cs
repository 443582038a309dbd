using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Appliance.Proxy.Configuration;
using Appliance.Proxy.Interop;

namespace Appliance.Proxy.Tls;

/// <summary>A certificate as its files say: chain, names, expiry and staple. The key is read only into OpenSSL.</summary>
internal sealed class LoadedCertificate
{
    private readonly CertificateSettings _settings;
    private readonly List<byte[]> _chain;

    private LoadedCertificate(CertificateSettings settings, List<byte[]> chain, X509Certificate2 leaf)
    {
        _settings = settings;
        _chain = chain;
        Names = NamesOf(leaf);
        KeyKind = leaf.GetKeyAlgorithm();
        Staple = settings.OcspFile is { } file ? PemFile.ReadBytes(file) : null;
        // The kind of a DateTime from a certificate is local.
        Status = new CertificateStatus(Names.FirstOrDefault() ?? leaf.Subject, settings.CertificateFile, leaf.NotAfter.ToUniversalTime());
    }

    /// <summary>The DNS names, lower case; a leading `*.` stands for one label (RFC 9525 section 6.3).</summary>
    internal ImmutableArray<string> Names { get; }

    /// <summary>The kind of key, as an OID: one certificate of each kind can serve a name.</summary>
    internal string KeyKind { get; }

    /// <summary>The OCSP response to staple, as DER.</summary>
    internal byte[]? Staple { get; }

    internal CertificateStatus Status { get; }

    /// <summary>The certificate itself, as DER.</summary>
    internal byte[] Leaf => _chain[0];

    /// <summary>Reads and checks the files. One that has expired is used: after a crash, refusing it would turn a warning into an outage.</summary>
    /// <exception cref="TlsException">A file is missing, unreadable, or not what it should be.</exception>
    internal static LoadedCertificate Load(CertificateSettings settings)
    {
        List<byte[]> chain = PemFile.ReadCertificates(settings.CertificateFile);
        try
        {
            using X509Certificate2 leaf = X509CertificateLoader.LoadCertificate(chain[0]);
            return new LoadedCertificate(settings, chain, leaf);
        }
        catch (CryptographicException error)
        {
            throw new TlsException($"{settings.CertificateFile}: not a certificate: {error.Message}");
        }
    }

    /// <summary>Gives certificate, chain and key to a context.</summary>
    /// <exception cref="TlsException">The key is unreadable or belongs to another certificate.</exception>
    internal void UseIn(SslContextHandle context)
    {
        byte[] key = PemFile.ReadPrivateKey(_settings.KeyFile);
        try
        {
            if (SslContexts.UseCertificate(context, _chain, key)) return;
            throw new TlsException($"{_settings.KeyFile}: not usable with {_settings.CertificateFile}: {OpenSslErrors.TakeText()}");
        }
        finally
        {
            CryptographicOperations.ZeroMemory(key);
        }
    }

    /// <summary>The subject's common name counts only where there are no alternative names (RFC 2818 section 3.1).</summary>
    private static ImmutableArray<string> NamesOf(X509Certificate2 leaf)
    {
        X509SubjectAlternativeNameExtension? names = leaf.Extensions.OfType<X509SubjectAlternativeNameExtension>().FirstOrDefault();
        IEnumerable<string> found = names is not null ? names.EnumerateDnsNames() : [leaf.GetNameInfo(X509NameType.SimpleName, forIssuer: false)];
        return [.. found.Where(name => name.Length is > 0 and <= 253).Select(name => name.ToLowerInvariant()).Distinct()];
    }
}
