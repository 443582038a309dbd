using System.Collections.Immutable;
using System.ComponentModel;
using Appliance.Proxy.Admission;
using Appliance.Proxy.Interop;
using Appliance.Proxy.Passthrough;

namespace Appliance.Proxy;

/// <summary>
/// Our nftables table that redirects new connections to servers, without limits or termination (ha.md section 5). It stands empty until
/// it is switched on by adding elements. Connections that were redirected go on when it is switched off. Thread-safe.
/// </summary>
public sealed class PassthroughTable : IDisposable
{
    private readonly Lock _gate = new();
    private readonly NetlinkSocket _socket;
    private ImmutableArray<PassthroughTarget> _targets = [];
    private uint _sequence;

    private PassthroughTable(NetlinkSocket socket) => _socket = socket;

    /// <summary>What is redirected now.</summary>
    public ImmutableArray<PassthroughTarget> Targets
    {
        get
        {
            lock (_gate) return _targets;
        }
    }

    /// <summary>Makes the table, empty, in place of one that an earlier run has left.</summary>
    /// <exception cref="Win32Exception">The kernel's reason, such as a missing CAP_NET_ADMIN.</exception>
    public static PassthroughTable Create()
    {
        var table = new PassthroughTable(new NetlinkSocket());
        int error = table.Execute(PassthroughRules.Recreate);
        if (error == 0) return table;
        table._socket.Dispose();
        throw new Win32Exception(error);
    }

    /// <summary>Removes the table of a run that ended without cleaning up; nothing when there is none.</summary>
    /// <returns>Null, or why it cannot be removed.</returns>
    public static string? Remove()
    {
        try
        {
            using var socket = new NetlinkSocket();
            var batch = new NftBatch(1);
            PassthroughRules.Remove(batch);
            int error = socket.Execute(batch.Finish(), batch.FirstSequence, batch.LastSequence);
            return error == 0 ? null : new Win32Exception(error).Message;
        }
        catch (Win32Exception error)
        {
            return error.Message;
        }
    }

    /// <summary>Redirects exactly these from now on, in one transaction.</summary>
    /// <param name="wanted">Empty: switched off. No two have the same listener and kind.</param>
    /// <returns>Null, or why nothing was changed.</returns>
    public string? Set(ImmutableArray<PassthroughTarget> wanted)
    {
        lock (_gate)
        {
            if (wanted.SequenceEqual(_targets)) return null;
            int error = Execute(batch => PassthroughRules.Change(batch, _targets, wanted));
            // Somebody has flushed the ruleset: made anew.
            if (error == Linux.ErrNoEntry)
            {
                error = Execute(batch =>
                {
                    PassthroughRules.Recreate(batch);
                    PassthroughRules.Change(batch, [], wanted);
                });
            }

            if (error != 0) return new Win32Exception(error).Message;
            _targets = wanted;
            return null;
        }
    }

    /// <summary>Removes the table.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _ = Execute(PassthroughRules.Remove);
            _socket.Dispose();
        }
    }

    private int Execute(Action<NftBatch> commands)
    {
        var batch = new NftBatch(++_sequence);
        commands(batch);
        int error = _socket.Execute(batch.Finish(), batch.FirstSequence, batch.LastSequence);
        _sequence = batch.LastSequence + 1;
        return error;
    }
}
