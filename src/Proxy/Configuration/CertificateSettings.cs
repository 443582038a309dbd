namespace Appliance.Proxy.Configuration;

/// <summary>One certificate with its key.</summary>
/// <param name="CertificateFile">PEM: the certificate, then its chain.</param>
/// <param name="KeyFile">PEM: the private key, not encrypted.</param>
/// <param name="OcspFile">DER: an OCSP response to staple; null: none.</param>
public sealed record CertificateSettings(string CertificateFile, string KeyFile, string? OcspFile = null);
