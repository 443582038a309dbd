namespace Appliance.Failover;

/// <summary>Ends the election in the daemon's order of disposal: addresses are dropped and the peer is told while the log still works.</summary>
internal sealed class Leaving(IRoleNode node) : IDisposable
{
    public void Dispose() => node.StopAsync().GetAwaiter().GetResult();
}
