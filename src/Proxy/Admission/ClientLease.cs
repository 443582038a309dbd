using Appliance.Limiter;
using Appliance.Proxy.Transport;

namespace Appliance.Proxy.Admission;

/// <summary>
/// What one connection holds of its listener's <see cref="AdmissionGate"/>, and the pause of its bytes. Belongs to the connection's loop; given
/// back when the connection closes.
/// </summary>
internal sealed class ClientLease(AdmissionGate gate, Connection connection) : LoopTimer
{
    private int _slot = -1;
    private bool _released;

    /// <summary>True while the client has had more bytes than its rate allows: nothing is to be read or written.</summary>
    internal bool IsPaused => PausedUntilNs > connection.Loop.NowNs;

    /// <summary>When the pause ends, monotonic ns; in the past: there is none.</summary>
    internal long PausedUntilNs { get; private set; }

    /// <summary>The largest piece to read or write at once.</summary>
    internal int ChunkBytes => Math.Max(gate.Limits.ChunkBytes, 1);

    /// <summary>
    /// The limits of the client apply from now on: at accept for the peer, after the PROXY header for the client that it names.
    /// </summary>
    /// <returns>None, or why the connection is to be refused; counting that is the caller's.</returns>
    internal AdmissionRule Identify(ClientAddress client, bool isPeer)
    {
        AdmissionRule rule = gate.TryAdmit(client, isPeer, connection.Loop.NowNs, out int slot);
        gate.ReleaseClient(_slot);
        _slot = slot;
        connection.Throttle = slot >= 0 && gate.Limits.NsPerByte > 0 ? this : null;
        return rule;
    }

    /// <summary>Takes over what was admitted before there was a connection.</summary>
    internal void Adopt(int slot)
    {
        _slot = slot;
        connection.Throttle = slot >= 0 && gate.Limits.NsPerByte > 0 ? this : null;
    }

    /// <summary>
    /// Bytes have moved, either way. When that makes a pause necessary, the connection's reader and writer go on by themselves at its end; a
    /// relay that bypasses them waits for the time returned.
    /// </summary>
    /// <returns>Nanoseconds to wait before moving more; 0: none.</returns>
    internal long Charge(long bytes)
    {
        long nowNs = connection.Loop.NowNs;
        long waitNs = gate.Charge(_slot, bytes, nowNs);
        if (waitNs == 0) return 0;
        PausedUntilNs = Math.Max(PausedUntilNs, nowNs + waitNs);
        if (!_released) connection.Loop.Timers.Arm(this, PausedUntilNs);
        return waitNs;
    }

    /// <summary>The connection is closed.</summary>
    internal void Release()
    {
        if (_released) return;
        _released = true;
        connection.Loop.Timers.Cancel(this);
        gate.ReleaseClient(_slot);
        gate.Leave();
    }

    /// <inheritdoc/>
    internal override void OnDeadline(long nowNs) => connection.OnPauseOver();
}
