using System.Collections.Immutable;

namespace Appliance.Proxy.Configuration;

/// <summary>TLS of a listener. Immutable.</summary>
public sealed record TlsSettings
{
    /// <summary>At least one; chosen by SNI against the names in each certificate; the first serves everybody else.</summary>
    public required ImmutableArray<CertificateSettings> Certificates { get; init; }

    /// <summary>The lowest version accepted.</summary>
    public TlsVersion MinimumVersion { get; init; } = TlsVersion.Tls12;

    /// <summary>OpenSSL cipher list for TLS 1.2; null: a list of forward-secret AEAD suites.</summary>
    public string? Ciphers { get; init; }

    /// <summary>PEM file of the authorities that sign client certificates; null: none is asked for.</summary>
    public string? ClientCaFile { get; init; }

    /// <summary>With <see cref="ClientCaFile"/>: a client without a certificate is refused (true) or served (false).</summary>
    public bool RequireClientCertificate { get; init; } = true;

    /// <summary>Give out session tickets; their keys come from <see cref="ProxySettings.ClusterKeys"/>, so that the peer honours them, too.</summary>
    public bool SessionTickets { get; init; } = true;

    /// <summary>A ClientHello whose SNI no certificate names is refused (true) or gets the first certificate (false).</summary>
    public bool StrictSni { get; init; }
}
