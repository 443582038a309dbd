using System.Net.Sockets;
using System.Text;
using Appliance.Systemd;
using TestSupport;

namespace Appliance.Tests.Systemd;

public sealed class ServiceNotifierTests : IDisposable
{
    private readonly TemporaryFolder _directory = new("appliance-notify-");

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void ReadyArrivesOnASocketInTheFileSystem()
    {
        string path = _directory.PathOf("notify");
        using Socket systemd = Listen(path);
        using ServiceNotifier notifier = Notifier(path);
        notifier.Ready("Passive");
        Assert.Equal("READY=1\nSTATUS=Passive", Receive(systemd));
    }

    [Fact]
    public void AnAbstractSocketIsReachedToo()
    {
        string name = $"appliance-test-{Environment.ProcessId}-{Guid.NewGuid():n}";
        using Socket systemd = Listen("\0" + name);
        using ServiceNotifier notifier = Notifier("@" + name);
        notifier.Watchdog();
        notifier.Stopping("draining");
        Assert.Equal("WATCHDOG=1", Receive(systemd));
        Assert.Equal("STOPPING=1\nSTATUS=draining", Receive(systemd));
    }

    [Fact]
    public void ReloadingCarriesTheMonotonicTimeInMicroseconds()
    {
        string path = _directory.PathOf("notify");
        using Socket systemd = Listen(path);
        using ServiceNotifier notifier = Notifier(path);
        notifier.Reloading(1_234_567_890);
        Assert.Equal("RELOADING=1\nMONOTONIC_USEC=1234567\nSTATUS=Reloading", Receive(systemd));
    }

    [Fact]
    public void AStatusTextCannotPassForAnotherKey()
    {
        string path = _directory.PathOf("notify");
        using Socket systemd = Listen(path);
        using ServiceNotifier notifier = Notifier(path);
        notifier.Status("refused\nREADY=1\r\nFDSTORE=1\0");
        Assert.Equal("STATUS=refused READY=1 FDSTORE=1 ", Receive(systemd));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("vsock:2:1234")]
    public void WithoutAUsableSocketNothingIsSentAndNothingFails(string? address)
    {
        using ServiceNotifier notifier = Notifier(address);
        notifier.Ready("x");
        Assert.Equal(0, notifier.Failures);
    }

    [Fact]
    public void ASupervisorThatWentAwayIsCountedAndDoesNotThrow()
    {
        using ServiceNotifier notifier = Notifier(_directory.PathOf("nobody"));
        notifier.Status("x");
        Assert.Equal(1, notifier.Failures);
    }

    [Theory]
    [InlineData("30000000", null, 15_000)]
    [InlineData("30000000", "17", 15_000)]
    [InlineData("30000000", "18", null)]
    [InlineData("0", null, null)]
    [InlineData("-5", null, null)]
    [InlineData("soon", null, null)]
    [InlineData(null, null, null)]
    public void TheWatchdogIsServedAtHalfItsTimeIfItIsMeantForUs(string? usec, string? pid, int? expectedMs)
    {
        TimeSpan? interval = WatchdogSettings.PingInterval(name => name == "WATCHDOG_USEC" ? usec : name == "WATCHDOG_PID" ? pid : null, 17);
        Assert.Equal(expectedMs, interval is null ? null : (int)interval.Value.TotalMilliseconds);
    }

    private static ServiceNotifier Notifier(string? address) =>
        ServiceNotifier.FromEnvironment(name => name == "NOTIFY_SOCKET" ? address : null);

    private static Socket Listen(string path)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified) { ReceiveTimeout = 10_000 };
        socket.Bind(new UnixDomainSocketEndPoint(path));
        return socket;
    }

    private static string Receive(Socket socket)
    {
        byte[] buffer = new byte[4096];
        return Encoding.UTF8.GetString(buffer, 0, socket.Receive(buffer));
    }
}
