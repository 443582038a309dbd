using System.Text;
using Appliance.Proxy.Balancing;
using Appliance.Proxy.Configuration;
using Appliance.Proxy.Health;
using Appliance.Proxy.Interop;
using Appliance.Proxy.Layer4;
using Appliance.Proxy.Tls;
using Appliance.Proxy.Transport;

namespace Appliance.Proxy.Upstreams;

/// <summary>
/// One server as one loop sees it: idle connections, totals, and whether it is worth trying. Who gets it from <see cref="LoopPool"/> holds a
/// place at the server and gives it back by <see cref="Conclude"/>, once. A request that is let through while the breaker is half open gets
/// the server's probe instead: the same server, but its connections are new ones and its outcome decides.
/// </summary>
internal sealed class LoopServer
{
    private const int HoldOffMs = 1000;

    private readonly LoopPool _pool;
    private readonly LoopServer _main;
    private readonly LoopServer? _probe;
    private readonly List<ServerConnection> _idle = [];
    private readonly SweepTimer _sweep;
    private readonly bool _counts;
    private readonly long _idleNs;
    private long _heldOffUntilNs = long.MinValue;
    private bool _failing;
    private bool _retired;
    private TlsTarget? _tls;

    internal LoopServer(LoopPool pool, ServerState state, ServerSettings settings, int index)
        : this(pool, state, settings, index, null)
    {
        _probe = new LoopServer(pool, state, settings, index, this);
    }

    private LoopServer(LoopPool pool, ServerState state, ServerSettings settings, int index, LoopServer? main)
    {
        _pool = pool;
        _main = main ?? this;
        State = state;
        Settings = settings;
        Index = index;
        HostText = main?.HostText ?? Encoding.ASCII.GetBytes(state.HostName);
        Candidate = main?.Candidate ?? new Candidate(state.Identity, state.UnderWay);
        _sweep = new SweepTimer(this);
        _idleNs = pool.Settings.IdleTimeout.Ticks * 100;
        // Counting over all loops costs two contended writes a request: only for those who ask.
        _counts = settings.MaximumConnections > 0 || pool.Settings.Balance is BalanceMethod.LeastConnections or BalanceMethod.RandomTwo;
    }

    internal EventLoop Loop => _pool.Loop;

    /// <summary>The header that goes before the first byte; it ties a connection to one client.</summary>
    internal ProxyProtocolVersion? ProxyProtocol => _pool.Settings.ProxyProtocol;

    internal ServerSettings Settings { get; }

    /// <summary>What all loops share about it.</summary>
    internal ServerState State { get; }

    internal SocketAddress Address => State.Address;

    /// <summary>Its address as the value of Host, for requests that name none.</summary>
    internal byte[] HostText { get; }

    /// <summary>Its place in the pool for as long as it is there; see <see cref="Mask"/>.</summary>
    internal int Index { get; }

    /// <summary>Its bit among the servers tried; those beyond the 63rd share the last, which only limits retries.</summary>
    internal ulong Mask => 1UL << Math.Min(Index, 63);

    /// <summary>What the balancer knows of it.</summary>
    internal Candidate Candidate { get; }

    internal long ActiveConnections { get; private set; }

    internal int IdleConnections => _idle.Count;

    internal long Requests { get; private set; }

    internal long Failures { get; private set; }

    /// <summary>True for a moment after a failed connect: others are preferred.</summary>
    internal bool IsHeldOff => Loop.NowNs < _heldOffUntilNs;

    /// <summary>Others are preferred just now, but it would be tried before the client gets nothing.</summary>
    internal bool IsLastResort(long nowNs) => nowNs < _heldOffUntilNs || State.Ejection.IsEjected(nowNs);

    /// <summary>Every connection it may have is in use.</summary>
    internal bool IsFull => Settings.MaximumConnections > 0 && State.UnderWay.Value >= Settings.MaximumConnections;

    /// <summary>Takes a place at the server, and a slot of the breaker when that is half open.</summary>
    /// <returns>This server, or its probe; null: another loop was faster.</returns>
    internal LoopServer? TryTake(long nowNs)
    {
        if (Settings.MaximumConnections > 0)
        {
            if (!State.UnderWay.TryIncrement(Settings.MaximumConnections)) return null;
        }
        else if (_counts)
        {
            State.UnderWay.Increment();
        }

        bool wasOpen = State.Breaker.Settings is not null && State.Breaker.State.Phase == BreakerPhase.Open;
        if (!State.Breaker.TryAdmit(nowNs, out bool probe))
        {
            Release();
            return null;
        }

        if (!probe) return this;
        if (wasOpen) ProxyLog.BreakerHalfOpen(_pool.Log, _pool.Settings.Name, State.Name);
        return _probe;
    }

    /// <summary>The request or connection that got this server is over. Exactly once; no other call for it follows.</summary>
    internal void Conclude(ServerOutcome outcome)
    {
        Report(outcome);
        Release();
    }

    /// <summary>
    /// The first half of <see cref="Conclude"/>, for what lasts: a tunnel that stands has answered the breaker's question, and must not hold its
    /// slot for hours. <see cref="Release"/> follows in the end.
    /// </summary>
    internal void Report(ServerOutcome outcome)
    {
        long nowNs = Loop.NowNs;
        (BreakerPhase from, BreakerPhase to) = State.Breaker.Conclude(nowNs, _main != this, outcome);
        if (from != to) OnBreakerChanged(to, nowNs);
        if (_pool.Settings.Ejection is { } ejection && State.Ejection.Count(outcome, ejection)) _pool.Shared.TryEject(State, nowNs);
    }

    /// <summary>The second half of <see cref="Conclude"/>: gives the place at the server back.</summary>
    internal void Release()
    {
        if (!_counts) return;
        State.UnderWay.Decrement();
        if (Settings.MaximumConnections > 0) _pool.Shared.OnReleased();
    }

    /// <summary>The idle connection used last: the one most likely to be alive, with the warmest window. A probe takes none: it asks anew.</summary>
    internal ServerConnection? TakeIdle()
    {
        while (_idle.Count > 0)
        {
            ServerConnection connection = _idle[^1];
            _idle.RemoveAt(_idle.Count - 1);
            if (connection.Connection.IsClosed) continue;
            connection.Take();
            ActiveConnections++;
            Requests++;
            return connection;
        }

        return null;
    }

    /// <summary>Opens a connection on behalf of a client. The caller awaits the task and reports <see cref="OnConnected"/> or <see cref="OnConnectFailed"/>.</summary>
    internal ValueTask<bool> ConnectAsync(long deadlineNs, Connection client, out ServerConnection connection)
    {
        _main.ActiveConnections++;
        _main.Requests++;
        ValueTask<bool> connecting = Connection.ConnectAsync(Loop, Address, deadlineNs, out Connection socket);
        connection = new ServerConnection(_main, this, socket);
        if (ProxyProtocol is { } version) ProxyHeaderEncoder.Queue(socket.Writer, version, client);
        return _pool.Shared.Tls is { } tls ? SecureAsync(connecting, socket, TargetOf(tls), deadlineNs) : connecting;
    }

    /// <summary>How the server is connected to; made anew when certificates were loaded again.</summary>
    private TlsTarget TargetOf(TlsClientContext context)
    {
        if (_tls?.Context != context) _tls = new TlsTarget(context, Settings.Address);
        return _tls;
    }

    /// <summary>A server that cannot prove who it is is as good as one that cannot be reached.</summary>
    private async ValueTask<bool> SecureAsync(ValueTask<bool> connecting, Connection socket, TlsTarget target, long deadlineNs)
    {
        if (!await connecting) return false;
        // A PROXY header goes before the handshake, in the clear.
        if (socket.Writer.UnflushedBytes > 0) await socket.Writer.FlushAsync();
        if (await socket.StartTlsClientAsync(target, deadlineNs))
        {
            target.OnSecured();
            return true;
        }

        string reason = socket.Error == ConnectionError.TimedOut ? "the handshake took too long" : socket.Tls?.Failure ?? socket.Error.ToString();
        if (target.OnFailed(reason)) ProxyLog.ServerTlsFailed(_pool.Log, _pool.Settings.Name, State.Name, reason);
        return false;
    }

    internal void OnConnected() => _main.EndHoldOff();

    /// <summary>Closes the attempt and holds the server off for a second.</summary>
    internal void OnConnectFailed(ServerConnection connection)
    {
        ConnectionError error = connection.Connection.Error;
        _main.Discard(connection);
        _main.HoldOff(error);
    }

    /// <summary>A datagram session with this server begins.</summary>
    internal void BeginSession()
    {
        _main.ActiveConnections++;
        _main.Requests++;
    }

    /// <summary>The session is over, well or not.</summary>
    internal void EndSession() => _main.ActiveConnections--;

    /// <summary>The server's machine has said that nobody takes datagrams there: the same as a failed connect.</summary>
    internal void OnSessionRefused(ConnectionError error) => _main.HoldOff(error);

    /// <summary>The exchange is over and the connection clean: keeps it for the next.</summary>
    internal void Park(ServerConnection connection)
    {
        if (_retired || ProxyProtocol is not null || _idle.Count >= _pool.Settings.MaximumIdle || State.Draining)
        {
            Discard(connection);
            return;
        }

        ActiveConnections--;
        connection.Park(Loop.NowNs);
        _idle.Add(connection);
        if (_sweep.DeadlineNs == long.MaxValue) Loop.Timers.Arm(_sweep, Loop.NowNs + _idleNs);
    }

    /// <summary>The exchange failed or the connection cannot be used again.</summary>
    internal void Discard(ServerConnection connection)
    {
        ActiveConnections--;
        connection.Connection.Close();
    }

    /// <summary>Counts a failure after the connection was established.</summary>
    internal void CountFailure() => _main.Failures++;

    /// <summary>A parked connection was closed by the server, or said something unasked.</summary>
    internal void OnIdleLost(ServerConnection connection)
    {
        _idle.Remove(connection);
        connection.Connection.Close();
    }

    /// <summary>Closes what is idle; what is in use is closed when it comes back.</summary>
    internal void Retire()
    {
        _retired = true;
        CloseIdle();
    }

    /// <summary>Closes what is idle.</summary>
    internal void CloseIdle()
    {
        Loop.Timers.Cancel(_sweep);
        foreach (ServerConnection connection in _idle) connection.Connection.Close();
        _idle.Clear();
    }

    private void OnBreakerChanged(BreakerPhase phase, long nowNs)
    {
        if (phase == BreakerPhase.Open)
        {
            ProxyLog.BreakerOpened(_pool.Log, _pool.Settings.Name, State.Name, _pool.Settings.CircuitBreaker?.Timeout ?? default);
            return;
        }

        State.MarkBack(nowNs);
        ProxyLog.BreakerClosed(_pool.Log, _pool.Settings.Name, State.Name);
        _pool.Shared.OnEligible();
    }

    private void EndHoldOff()
    {
        if (!_failing) return;
        _failing = false;
        _heldOffUntilNs = long.MinValue;
        ProxyLog.ServerUp(_pool.Log, _pool.Settings.Name, State.Name);
    }

    private void HoldOff(ConnectionError error)
    {
        Failures++;
        _heldOffUntilNs = Loop.NowNs + HoldOffMs * 1_000_000L;
        if (_failing) return;
        _failing = true;
        ProxyLog.ServerDown(_pool.Log, _pool.Settings.Name, State.Name, error.ToString(), HoldOffMs);
    }

    private void Sweep(long nowNs)
    {
        int old = 0;
        while (old < _idle.Count && _idle[old].ParkedNs + _idleNs <= nowNs) _idle[old++].Connection.Close();
        _idle.RemoveRange(0, old);
        if (_idle.Count > 0) Loop.Timers.Arm(_sweep, _idle[0].ParkedNs + _idleNs);
    }

    private sealed class SweepTimer(LoopServer server) : LoopTimer
    {
        internal override void OnDeadline(long nowNs) => server.Sweep(nowNs);
    }
}
