using System.Net.Sockets;
using System.Text;
using Appliance.Failover;
using Appliance.Proxy;
using Appliance.Systemd;
using Appliance.Tests.Journal;
using TestSupport;

namespace Appliance.Tests.Failover;

public sealed class DataPlaneWatchTests : IDisposable
{
    private const long StepNs = 100_000_000;

    private readonly FakeNode _node = new();
    private readonly RecordingLog _log = new();
    private readonly TemporaryFolder _directory = new("appliance-watch-");
    private readonly Socket _systemd = new(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified) { Blocking = false };
    private readonly ServiceNotifier _notifier;
    private readonly DataPlaneWatch _watch;
    private long _turns;
    private long _nowNs = 7_000_000_000;

    public DataPlaneWatchTests()
    {
        string path = _directory.PathOf("notify");
        _systemd.Bind(new UnixDomainSocketEndPoint(path));
        _notifier = ServiceNotifier.FromEnvironment(name => name == "NOTIFY_SOCKET" ? path : null);
        _watch = new DataPlaneWatch(
            _node,
            TimeSpan.FromMilliseconds(100),
            _notifier,
            TimeSpan.FromSeconds(1),
            _log);
    }

    public void Dispose()
    {
        _notifier.Dispose();
        _systemd.Dispose();
        _directory.Dispose();
    }

    [Fact]
    public void TheWatchdogIsServedOnceAnIntervalWhileEverythingMoves()
    {
        Run(steps: 50);
        Assert.Equal(5, Pings());
        Assert.Empty(_node.Calls);
    }

    [Fact]
    public void AStalledLoopMakesTheNodeUnfitAndSilencesTheWatchdogUntilItMoves()
    {
        Run(steps: 5);
        Pings();
        Run(steps: 30, loopsMove: false);
        Assert.Equal(["moves False"], _node.Calls);
        Assert.InRange(Pings(), 0, 1); // one may be due before the limit
        Run(steps: 30, loopsMove: false);
        Assert.Equal(0, Pings());

        Run(steps: 20);
        Assert.Equal(["moves False", "moves True"], _node.Calls);
        Assert.InRange(Pings(), 1, 3);
        Assert.Equal(["event loop 0 stands still: this node is unfit until it moves", "event loops move again"], _log.Lines);
    }

    [Fact]
    public void AStalledHeartbeatSilencesTheWatchdogAndIsLoggedOnce()
    {
        Run(steps: 5);
        Run(steps: 60, heartMoves: false);
        Pings();
        Run(steps: 60, heartMoves: false);
        Assert.Equal(0, Pings());
        Assert.Single(_log.Lines, line => line.StartsWith("the heartbeat thread stands still", StringComparison.Ordinal));
        Run(steps: 20);
        Assert.InRange(Pings(), 1, 3);
    }

    private void Run(int steps, bool loopsMove = true, bool heartMoves = true)
    {
        for (int step = 0; step < steps; step++)
        {
            _nowNs += StepNs;
            if (loopsMove) _turns++;
            if (heartMoves) _node.Turns++;
            _watch.Look([new LoopStatus(0, _turns, 0, 0)], _nowNs);
        }
    }

    private int Pings()
    {
        int pings = 0;
        byte[] buffer = new byte[100];
        while (_systemd.Poll(0, SelectMode.SelectRead))
        {
            Assert.Equal("WATCHDOG=1", Encoding.UTF8.GetString(buffer, 0, _systemd.Receive(buffer)));
            pings++;
        }

        return pings;
    }
}
