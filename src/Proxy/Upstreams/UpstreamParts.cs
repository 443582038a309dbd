using System.Collections.Immutable;
using Appliance.Proxy.Configuration;
using Appliance.Proxy.Names;
using Appliance.Proxy.Transport;
using Microsoft.Extensions.Logging;

namespace Appliance.Proxy.Upstreams;

/// <summary>What every pool needs besides its settings.</summary>
/// <param name="Loops">The event loops.</param>
/// <param name="Log">Where events go.</param>
/// <param name="Time">The clock, off the loops.</param>
/// <param name="Resolver">Finds the addresses of names.</param>
/// <param name="Keys">Secrets for sticky cookies; at least one.</param>
internal sealed record UpstreamParts(
    EventLoop[] Loops, ILogger Log, TimeProvider Time, DnsResolver Resolver, ImmutableArray<SharedKey> Keys);
