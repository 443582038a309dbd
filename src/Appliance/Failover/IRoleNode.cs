namespace Appliance.Failover;

/// <summary>
/// What this folder asks of the election. Two implementations: VrrpNode over the real one, and a double in the tests, so that
/// the coupling of roles and traffic can be tested without a network.
/// </summary>
internal interface IRoleNode
{
    /// <summary>The role has changed. Raised on a thread of the node's; handlers must not block.</summary>
    event Action<RoleChange>? Changed;

    /// <summary>This node is the preferred one and wants the role back, or the peer should have it: hand over. Same thread rule.</summary>
    event Action<string>? HandoverWanted;

    /// <summary>Opens sockets and takes part. Role: starting until <see cref="SetReady"/>.</summary>
    void Start();

    /// <summary>True: listeners are bound, the node may become active.</summary>
    void SetReady(bool ready);

    /// <summary>Tells the peer what this node runs, so that a difference is seen.</summary>
    void SetFingerprints(ReadOnlyMemory<byte> config, ReadOnlyMemory<byte> bundle);

    /// <summary>Operator's standby.</summary>
    void SetStandby(bool on);

    /// <summary>False: an event loop stands still, this node is unfit.</summary>
    void ReportDataPlane(bool moves);

    /// <summary>Planned handover to the peer.</summary>
    /// <returns>Null when the peer is active, else why not.</returns>
    Task<string?> HandoverAsync(bool force, CancellationToken cancellation);

    /// <summary>Current figures; a copy.</summary>
    HaReport Report();

    /// <summary>Leaves: drops the addresses, says so to the peer.</summary>
    Task StopAsync();
}
