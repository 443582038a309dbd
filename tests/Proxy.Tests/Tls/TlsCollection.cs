using Appliance.Proxy.Transport;

namespace Proxy.Tests.Tls;

/// <summary>
/// Tests that count the sessions of the whole process run when no other test does, whatever class a session may come from.
/// </summary>
[CollectionDefinition(nameof(TlsSession), DisableParallelization = true)]
public sealed class TlsCollection;
