namespace Appliance.Proxy.Configuration;

/// <summary>TLS to the servers of an upstream. Immutable.</summary>
public sealed record UpstreamTlsSettings
{
    /// <summary>The server's certificate must be signed by a known authority and name <see cref="ServerName"/>.</summary>
    public bool Verify { get; init; } = true;

    /// <summary>PEM file of the authorities; null: the system's.</summary>
    public string? CaFile { get; init; }

    /// <summary>Sent as SNI and verified; null: the server's DNS name, or its address (then no SNI is sent).</summary>
    public string? ServerName { get; init; }

    /// <summary>Our own certificate, for servers that ask for one; null: none.</summary>
    public CertificateSettings? Certificate { get; init; }

    /// <summary>The lowest version accepted.</summary>
    public TlsVersion MinimumVersion { get; init; } = TlsVersion.Tls12;
}
