using System.Collections.Immutable;
using Appliance.Vrrp;

namespace Appliance.Failover;

/// <summary>
/// What this folder asks of the election. Two implementations: <see cref="VrrpNode"/> over the real one, and a double in the tests, so that
/// the coupling of roles and traffic can be tested without a network.
/// Disposing leaves: the addresses are dropped and the peer is told.
/// </summary>
internal interface IRoleNode : IDisposable
{
    /// <summary>The role has changed. Raised on a pool thread, in order.</summary>
    event Action<RoleChange>? Changed;

    /// <summary>The preferred, recovered peer asks for the role of the group with this router id; asked again every few seconds. Same thread rule.</summary>
    event Action<byte>? HandoverWanted;

    /// <summary>Opens sockets and takes part; starting until <see cref="SetReady"/>.</summary>
    /// <exception cref="Hosting.StartException">No such interface, missing capability, port in use.</exception>
    void Start();

    /// <summary>Listeners are bound: the node may become active.</summary>
    void SetReady();

    /// <summary>Tells the peer what this node runs, so that a difference is seen: 32 bytes each; no bundle is all zero.</summary>
    void SetFingerprints(ReadOnlySpan<byte> config, ReadOnlySpan<byte> bundle);

    /// <summary>The cluster secret as it is now; the peer may still sign with any of them.</summary>
    void SetKeys(ImmutableArray<ClusterKey> keys);

    /// <summary>Operator's standby.</summary>
    void SetStandby(bool on);

    /// <summary>False: an event loop stands still, this node is unfit.</summary>
    void ReportDataPlane(bool moves);

    /// <summary>Whether every tracked upstream has a healthy server; without one this node yields to a fit peer.</summary>
    void ReportUpstreams(bool enough);

    /// <summary>Whether one whole interval of bandwidth monitoring reached the minimum.</summary>
    void ReportBandwidth(bool enough);

    /// <summary>Operator's reset: out of bypass, flaps forgotten.</summary>
    void Reset();

    /// <summary>Planned handover to the peer.</summary>
    /// <param name="force">Also when the peer's config differs.</param>
    /// <param name="routerId">The group; null: all that are active here.</param>
    /// <param name="cancellation">Stops waiting.</param>
    /// <returns>Null when the peer is active, else why not.</returns>
    Task<string?> HandoverAsync(bool force, byte? routerId, CancellationToken cancellation);

    /// <summary>Current figures; a copy. Before <see cref="Start"/>: starting.</summary>
    HaReport Report();
}
