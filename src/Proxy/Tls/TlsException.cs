namespace Appliance.Proxy.Tls;

/// <summary>TLS cannot be set up as configured. The message names the file, or the library, and the reason; never a secret.</summary>
public sealed class TlsException(string message) : Exception(message);
