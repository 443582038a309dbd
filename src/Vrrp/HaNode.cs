using Microsoft.Extensions.Logging;

namespace Appliance.Vrrp;

/// <summary>
/// One node of the pair: election, heartbeat and virtual addresses on a thread of their own. All members are thread-safe.
/// Events are raised on a pool thread, one at a time and in order; a handler may take its time.
/// </summary>
public sealed class HaNode : IDisposable
{
    /// <summary>Checks nothing and opens nothing yet.</summary>
    /// <param name="settings">See <see cref="HaSettings.Validate"/>.</param>
    /// <param name="log">Transitions and rate-limited refusals; event ids 2000-2999.</param>
    /// <param name="time">Wall clock of status and events; null: the system's.</param>
    public HaNode(HaSettings settings, ILogger log, TimeProvider? time = null) => throw new NotSupportedException();

    /// <summary>The role changed.</summary>
    public event Action<HaTransition>? Transitioned { add => throw new NotSupportedException(); remove => throw new NotSupportedException(); }

    /// <summary>
    /// The preferred, recovered peer asks for the role: drain, then call <see cref="HandoverAsync"/>. Asked again every few
    /// seconds while it is wanted. With no handler the node hands over by itself.
    /// </summary>
    public event Action? HandoverWanted { add => throw new NotSupportedException(); remove => throw new NotSupportedException(); }

    /// <summary>Opens the sockets, removes leftover addresses of ours, starts the heartbeat in Starting.</summary>
    /// <exception cref="HaStartException">Invalid settings, no such interface, missing capability, port in use.</exception>
    public void Start() => throw new NotSupportedException();

    /// <summary>Listeners are bound: the node may leave Starting.</summary>
    public void SetReady() => throw new NotSupportedException();

    /// <summary>SHA-256 of what must agree; sent to the peer and compared with its own.</summary>
    /// <param name="config">32 bytes.</param>
    /// <param name="bundle">32 bytes; all zero: no bundle.</param>
    public void SetFingerprints(ReadOnlySpan<byte> config, ReadOnlySpan<byte> bundle) => throw new NotSupportedException();

    /// <summary>The operator's standby: while on, the node is Unfit.</summary>
    public void SetStandby(bool on, string reason) => throw new NotSupportedException();

    /// <summary>False: the event loops do not move; the node is Unfit until true again.</summary>
    public void ReportDataPlane(bool alive) => throw new NotSupportedException();

    /// <summary>Gives the role to the peer. Draining is the caller's job, before this call.</summary>
    /// <param name="force">Also when the peer's config fingerprint differs.</param>
    /// <param name="cancellation">Stops waiting; what was begun goes on.</param>
    public Task<HandoverResult> HandoverAsync(bool force, CancellationToken cancellation) => throw new NotSupportedException();

    /// <summary>The current view; never waits for the heartbeat thread.</summary>
    public HaStatus GetStatus() => throw new NotSupportedException();

    /// <summary>Leaves: addresses dropped, then said on both paths. Completes when the thread has ended. Idempotent.</summary>
    public Task StopAsync() => throw new NotSupportedException();

    /// <summary>Removes leftover virtual addresses of ours from a dead daemon.</summary>
    /// <param name="settings">The pair's settings.</param>
    /// <param name="sayLeaving">Also send one advert of priority 0.</param>
    /// <exception cref="HaStartException">No such interface, missing capability.</exception>
    public static CleanupResult Cleanup(HaSettings settings, bool sayLeaving) => throw new NotSupportedException();

    /// <summary>Stops as <see cref="StopAsync"/> does and waits for it.</summary>
    public void Dispose()
    {
    }
}
