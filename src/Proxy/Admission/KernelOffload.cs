using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.ComponentModel;
using System.Net;
using Appliance.Limiter;
using Appliance.Proxy.Configuration;
using Appliance.Proxy.Interop;
using Appliance.Proxy.Listeners;
using Microsoft.Extensions.Logging;

namespace Appliance.Proxy.Admission;

/// <summary>
/// Puts offenders into nftables sets of our own table, so that the kernel drops their packets before accept. Loops only enqueue; a thread of its
/// own talks to the kernel, many insertions in one transaction. Members leave by the timeout that they came with. Thread-safe.
/// </summary>
internal sealed class KernelOffload : IDisposable
{
    private const int QueueLength = 8192;
    private const int BatchMembers = 512;

    private readonly Lock _gate = new();
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private readonly BlockingCollection<Offender> _queue = new(QueueLength);
    private readonly Dictionary<(OffloadTarget Target, ClientAddress Client), long> _members = [];
    private ImmutableArray<OffloadTarget> _targets = [];
    private NetlinkSocket? _socket;
    private Thread? _thread;
    private uint _sequence;
    private int _lastId;
    private bool _unavailable;
    private bool _disposed;
    private long _added;
    private long _failures;

    internal KernelOffload(TimeProvider time, ILogger log)
    {
        _time = time;
        _log = log;
    }

    /// <summary>Removes what an earlier run left.</summary>
    /// <returns>0, or the error number.</returns>
    internal static int RemoveTable()
    {
        try
        {
            using var socket = new NetlinkSocket();
            var batch = new NftBatch(1);
            OffloadRules.Remove(batch);
            return socket.Execute(batch.Finish(), batch.FirstSequence, batch.LastSequence);
        }
        catch (Win32Exception error)
        {
            return error.NativeErrorCode;
        }
    }

    /// <summary>Sets and rules for the listeners that ask for it; called after each change of settings, not on a loop.</summary>
    internal void Apply(IEnumerable<Listener> listeners)
    {
        lock (_gate)
        {
            if (_disposed) return;
            var wanted = ImmutableArray.CreateBuilder<OffloadTarget>();
            foreach (Listener listener in listeners)
            {
                OffloadTarget? target = TargetOf(listener);
                if (target is not null) wanted.Add(target);
                if (listener.Gate is not { } gate) continue;
                gate.Offender = target is null ? null : client => Report(gate, target, client);
            }

            ChangeTo(wanted.ToImmutable());
        }
    }

    /// <summary>Current figures. Members whose time has passed have left the kernel by themselves.</summary>
    internal OffloadStatus GetStatus()
    {
        lock (_gate)
        {
            Forget();
            string state = _unavailable ? "unavailable" : _targets.IsEmpty ? "off" : "on";
            return new OffloadStatus(state, _members.Count, _added, Volatile.Read(ref _failures));
        }
    }

    /// <summary>Ends the thread and removes the table.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            if (_disposed) return;
            _disposed = true;
        }

        _queue.CompleteAdding();
        _thread?.Join();
        if (_socket is not null && !_unavailable) _ = Execute(OffloadRules.Remove);
        _socket?.Dispose();
        _queue.Dispose();
    }

    /// <summary>On a loop: never waits.</summary>
    private void Report(AdmissionGate gate, OffloadTarget target, ClientAddress client)
    {
        var offender = new Offender(target, client, (long)gate.Limits.Settings.OffloadFor.TotalMilliseconds);
        try
        {
            if (!_queue.TryAdd(offender)) Interlocked.Increment(ref _failures);
        }
        catch (InvalidOperationException)
        {
            // The daemon is ending and the queue is closed: nobody will be dropped any more.
            return;
        }
    }

    private OffloadTarget? TargetOf(Listener listener)
    {
        ListenerSettings settings = listener.Snapshot.Settings;
        if (settings.Admission?.OffloadAfter is null || listener.IsClosed || listener.Address is not IPEndPoint address) return null;
        return _targets.FirstOrDefault(target => target.Fits(address, settings))
            ?? new OffloadTarget(++_lastId, address, settings.Protocol == ListenerProtocol.Udp, settings.Admission.Ipv6PrefixLength);
    }

    private void ChangeTo(ImmutableArray<OffloadTarget> wanted)
    {
        if (_unavailable || wanted.SequenceEqual(_targets)) return;
        bool first = _socket is null;
        int error = first ? Connect() : 0;
        if (error == 0)
        {
            error = Execute(batch =>
            {
                if (first) OffloadRules.Recreate(batch);
                OffloadRules.Change(batch, _targets, wanted);
            });
        }

        // Somebody has flushed the ruleset: made anew, without the members of before.
        if (error == Linux.ErrNoEntry && !first) error = Rebuild(wanted);
        if (error != 0)
        {
            GiveUp(error);
            return;
        }

        foreach ((OffloadTarget Target, ClientAddress Client) member in _members.Keys.Where(key => !wanted.Contains(key.Target)).ToArray()) _members.Remove(member);
        _targets = wanted;
    }

    private int Connect()
    {
        try
        {
            _socket = new NetlinkSocket();
        }
        catch (Win32Exception error)
        {
            return error.NativeErrorCode;
        }

        _thread = new Thread(Work) { Name = "offload", IsBackground = true };
        _thread.Start();
        return 0;
    }

    private int Rebuild(ImmutableArray<OffloadTarget> wanted)
    {
        _members.Clear();
        return Execute(batch =>
        {
            OffloadRules.Recreate(batch);
            OffloadRules.Change(batch, [], wanted);
        });
    }

    private void GiveUp(int error)
    {
        _unavailable = true;
        _members.Clear();
        ProxyLog.OffloadUnavailable(_log, new Win32Exception(error).Message);
    }

    private void Work()
    {
        var offenders = new List<Offender>(BatchMembers);
        foreach (Offender first in _queue.GetConsumingEnumerable())
        {
            offenders.Add(first);
            while (offenders.Count < BatchMembers && _queue.TryTake(out Offender next)) offenders.Add(next);
            lock (_gate)
            {
                if (!_unavailable && !_disposed) Insert(offenders);
            }

            offenders.Clear();
        }
    }

    private void Insert(List<Offender> offenders)
    {
        Forget();
        // A listener may have left since; and one client may have been reported by two loops.
        Offender[] wanted = [.. offenders.Where(o => _targets.Contains(o.Target)).DistinctBy(o => (o.Target, o.Client))];
        if (wanted.Length == 0) return;
        int error = Execute(batch => Write(batch, wanted));
        if (error == Linux.ErrNoEntry && (error = Rebuild(_targets)) == 0) error = Execute(batch => Write(batch, wanted));
        if (error != 0)
        {
            Interlocked.Add(ref _failures, wanted.Length);
            ProxyLog.OffloadFailed(_log, wanted.Length, new Win32Exception(error).Message);
            return;
        }

        long nowMs = NowMs();
        foreach (Offender offender in wanted) _members[(offender.Target, offender.Client)] = nowMs + offender.ForMs;
        _added += wanted.Length;
    }

    /// <summary>Adding a member that is there does not renew its timeout: it is deleted and added again, in the one transaction.</summary>
    private void Write(NftBatch batch, Offender[] offenders)
    {
        foreach (var set in offenders.GroupBy(o => (o.Target, o.Client.IsIPv4)))
        {
            string name = set.Key.Target.SetName(set.Key.IsIPv4);
            OffloadRules.Elements(batch, Netfilter.NewElements, name, set, set.Key.IsIPv4);
            Offender[] renewed = [.. set.Where(o => _members.ContainsKey((o.Target, o.Client)))];
            if (renewed.Length == 0) continue;
            OffloadRules.Elements(batch, Netfilter.DeleteElements, name, renewed, set.Key.IsIPv4);
            OffloadRules.Elements(batch, Netfilter.NewElements, name, renewed, set.Key.IsIPv4);
        }
    }

    private void Forget()
    {
        long nowMs = NowMs();
        foreach (((OffloadTarget, ClientAddress) member, long untilMs) in _members)
        {
            if (untilMs <= nowMs) _members.Remove(member);
        }
    }

    private int Execute(Action<NftBatch> commands)
    {
        var batch = new NftBatch(++_sequence);
        commands(batch);
        ReadOnlySpan<byte> bytes = batch.Finish();
        int error = _socket!.Execute(bytes, batch.FirstSequence, batch.LastSequence);
        _sequence = batch.LastSequence + 1;
        return error;
    }

    private long NowMs() => (long)_time.GetElapsedTime(0).TotalMilliseconds;
}
