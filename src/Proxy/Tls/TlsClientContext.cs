using Appliance.Proxy.Configuration;
using Appliance.Proxy.Interop;
using Appliance.Proxy.Transport;

namespace Appliance.Proxy.Tls;

/// <summary>What an upstream needs for TLS to its servers. Immutable; a reload makes a new one.</summary>
internal sealed class TlsClientContext
{
    private TlsClientContext(UpstreamTlsSettings settings, SslContextHandle handle, CertificateStatus? certificate)
    {
        Certificate = certificate;
        Settings = settings;
        Handle = handle;
    }

    /// <summary>What was asked for.</summary>
    internal UpstreamTlsSettings Settings { get; }

    internal SslContextHandle Handle { get; }

    /// <summary>Shown to servers that ask for one; null: none.</summary>
    internal CertificateStatus? Certificate { get; }

    /// <summary>Reads the files and sets everything up.</summary>
    /// <exception cref="TlsException">It cannot be as configured.</exception>
    internal static TlsClientContext Load(UpstreamTlsSettings settings)
    {
        SslContextHandle context = SslContexts.New(
            server: false, settings.MinimumVersion == TlsVersion.Tls13 ? OpenSslNumbers.Version13 : OpenSslNumbers.Version12);
        if (settings.Verify) Trust(context, settings);
        SslContexts.SetVerify(context, settings.Verify, require: false);
        LoadedCertificate? certificate = settings.Certificate is { } own ? LoadedCertificate.Load(own) : null;
        certificate?.UseIn(context);
        TlsCallbacks.KeepSessions(context);
        return new TlsClientContext(settings, context, certificate?.Status);
    }

    private static void Trust(SslContextHandle context, UpstreamTlsSettings settings)
    {
        if (settings.CaFile is not { } file)
        {
            if (!SslContexts.UseSystemAuthorities(context)) throw new TlsException($"the system's authorities: {OpenSslErrors.TakeText()}");
            return;
        }

        if (SslContexts.AddAuthorities(context, PemFile.ReadCertificates(file), announce: false)) return;
        throw new TlsException($"{file}: not usable: {OpenSslErrors.TakeText()}");
    }
}
