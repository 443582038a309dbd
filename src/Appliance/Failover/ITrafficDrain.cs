namespace Appliance.Failover;

/// <summary>The data plane as a handover sees it: <see cref="ProxyDrain"/> in the daemon, a double in the tests.</summary>
internal interface ITrafficDrain
{
    /// <summary>How long connections may go on after a handover or SIGTERM; a reload may change it.</summary>
    TimeSpan DrainLimit { get; }

    /// <summary>While on, clients are asked to go elsewhere for their next request.</summary>
    void SetDraining(bool draining);

    /// <summary>The virtual addresses of a group have left this node: what was connected to them here is cut, since it can say nothing more.</summary>
    void CutMoved(int virtualRouterId);

    /// <summary>Completes when no traffic connection is open or the limit is over.</summary>
    Task WaitUntilIdleAsync(TimeSpan limit, CancellationToken cancellation);
}
