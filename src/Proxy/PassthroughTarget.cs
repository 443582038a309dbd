using System.Net;

namespace Appliance.Proxy;

/// <summary>Traffic that the kernel sends past the data plane.</summary>
/// <param name="IsDatagram">UDP; else TCP.</param>
/// <param name="Listener">Where clients send it: IPv4, a concrete address.</param>
/// <param name="Server">Where it goes: IPv4.</param>
public sealed record PassthroughTarget(bool IsDatagram, IPEndPoint Listener, IPEndPoint Server);
