using Appliance.Proxy.Transport;

namespace Proxy.Tests.Tls;

/// <summary>Tests that count the sessions of the process run one after the other.</summary>
[CollectionDefinition(nameof(TlsSession))]
public sealed class TlsCollection;
