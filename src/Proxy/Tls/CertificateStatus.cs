namespace Appliance.Proxy.Tls;

/// <summary>A certificate in use.</summary>
/// <param name="Name">The first name in it, or its subject.</param>
/// <param name="File">Where it was read from.</param>
/// <param name="NotAfter">When it expires.</param>
public sealed record CertificateStatus(string Name, string File, DateTimeOffset NotAfter);
