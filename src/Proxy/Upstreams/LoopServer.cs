using System.Text;
using Appliance.Proxy.Configuration;
using Appliance.Proxy.Interop;
using Appliance.Proxy.Transport;
using Microsoft.Extensions.Logging;

namespace Appliance.Proxy.Upstreams;

/// <summary>One server as one loop sees it: idle connections, totals, and whether it is worth trying.</summary>
internal sealed class LoopServer
{
    /// <summary>Idle connections kept per server and loop; more are closed after use.</summary>
    private const int IdleLimit = 256;

    /// <summary>Shorter than the usual 60..75 s of servers, so that it is mostly we who close.</summary>
    private const long IdleNs = 50_000_000_000;

    private const int HoldOffMs = 1000;

    private readonly ILogger _log;
    private readonly string _upstream;
    private readonly List<ServerConnection> _idle = [];
    private readonly SweepTimer _sweep;
    private long _heldOffUntilNs = long.MinValue;
    private bool _failing;
    private bool _retired;

    internal LoopServer(EventLoop loop, string upstream, ServerSettings settings, ILogger log)
    {
        Loop = loop;
        Settings = settings;
        Address = SocketAddress.From((System.Net.IPEndPoint)settings.Address);
        HostText = Encoding.ASCII.GetBytes(settings.Address.ToString()!);
        _upstream = upstream;
        _log = log;
        _sweep = new SweepTimer(this);
    }

    internal EventLoop Loop { get; }

    internal ServerSettings Settings { get; }

    internal SocketAddress Address { get; }

    /// <summary>Its address as the value of Host, for requests that name none.</summary>
    internal byte[] HostText { get; }

    /// <summary>Standing in the rotation; see <see cref="LoopPool"/>.</summary>
    internal int Credit { get; set; }

    internal long ActiveConnections { get; private set; }

    internal int IdleConnections => _idle.Count;

    internal long Requests { get; private set; }

    internal long Failures { get; private set; }

    /// <summary>True for a moment after a failed connect: others are preferred.</summary>
    internal bool IsHeldOff => Loop.NowNs < _heldOffUntilNs;

    /// <summary>The idle connection used last: the one most likely to be alive, with the warmest window.</summary>
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
        ActiveConnections++;
        Requests++;
        ValueTask<bool> connecting = Connection.ConnectAsync(Loop, Address, deadlineNs, out Connection socket);
        connection = new ServerConnection(this, socket);
        return connecting;
    }

    internal void OnConnected()
    {
        if (!_failing) return;
        _failing = false;
        _heldOffUntilNs = long.MinValue;
        ProxyLog.ServerUp(_log, _upstream, Settings.Address.ToString()!);
    }

    /// <summary>Closes the attempt and holds the server off for a second.</summary>
    internal void OnConnectFailed(ServerConnection connection)
    {
        ConnectionError error = connection.Connection.Error;
        Discard(connection);
        HoldOff(error);
    }

    /// <summary>A datagram session with this server begins.</summary>
    internal void BeginSession()
    {
        ActiveConnections++;
        Requests++;
    }

    /// <summary>The session is over, well or not.</summary>
    internal void EndSession() => ActiveConnections--;

    /// <summary>The server's machine has said that nobody takes datagrams there: the same as a failed connect.</summary>
    internal void OnSessionRefused(ConnectionError error) => HoldOff(error);

    private void HoldOff(ConnectionError error)
    {
        Failures++;
        _heldOffUntilNs = Loop.NowNs + HoldOffMs * 1_000_000L;
        if (_failing) return;
        _failing = true;
        ProxyLog.ServerDown(_log, _upstream, Settings.Address.ToString()!, error.ToString(), HoldOffMs);
    }

    /// <summary>The exchange is over and the connection clean: keeps it for the next.</summary>
    internal void Park(ServerConnection connection)
    {
        if (_retired || _idle.Count >= IdleLimit)
        {
            Discard(connection);
            return;
        }

        ActiveConnections--;
        connection.Park(Loop.NowNs);
        _idle.Add(connection);
        if (_sweep.DeadlineNs == long.MaxValue) Loop.Timers.Arm(_sweep, Loop.NowNs + IdleNs);
    }

    /// <summary>The exchange failed or the connection cannot be used again.</summary>
    internal void Discard(ServerConnection connection)
    {
        ActiveConnections--;
        connection.Connection.Close();
    }

    /// <summary>Counts a failure after the connection was established.</summary>
    internal void CountFailure() => Failures++;

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
        Loop.Timers.Cancel(_sweep);
        foreach (ServerConnection connection in _idle) connection.Connection.Close();
        _idle.Clear();
    }

    private void Sweep(long nowNs)
    {
        int old = 0;
        while (old < _idle.Count && _idle[old].ParkedNs + IdleNs <= nowNs) _idle[old++].Connection.Close();
        _idle.RemoveRange(0, old);
        if (_idle.Count > 0) Loop.Timers.Arm(_sweep, _idle[0].ParkedNs + IdleNs);
    }

    private sealed class SweepTimer(LoopServer server) : LoopTimer
    {
        internal override void OnDeadline(long nowNs) => server.Sweep(nowNs);
    }
}
