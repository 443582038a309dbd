using System.Collections.Immutable;
using System.Net;

namespace Appliance.Proxy.Names;

/// <summary>Whom to ask about names. Immutable.</summary>
/// <param name="Servers">In the order in which they are tried; at least one.</param>
/// <param name="Timeout">Of one question to one server.</param>
/// <param name="Attempts">Rounds through the servers.</param>
internal sealed record ResolverConfig(ImmutableArray<IPEndPoint> Servers, TimeSpan Timeout, int Attempts);
