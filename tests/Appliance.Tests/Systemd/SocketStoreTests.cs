using System.Net;
using System.Net.Sockets;
using Appliance.Systemd;

namespace Appliance.Tests.Systemd;

public sealed class SocketStoreTests : IDisposable
{
    private readonly FakeSystemd _systemd = new();
    private readonly ServiceNotifier _notifier;
    private readonly Socket _listening = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);

    public SocketStoreTests()
    {
        _notifier = ServiceNotifier.FromEnvironment(name => name == "NOTIFY_SOCKET" ? _systemd.Path : null);
        _listening.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _listening.Listen();
    }

    public void Dispose()
    {
        _listening.Dispose();
        _notifier.Dispose();
        _systemd.Dispose();
    }

    [Fact]
    public void SocketThatIsStoredIsTheVerySame()
    {
        new SocketStore(_notifier, []).Update(Sockets("tcp/a/0"));

        (string text, int descriptor) = _systemd.Receive();
        Assert.Equal("FDSTORE=1\nFDNAME=tcp/a/0", text);
        using Socket received = new(new SafeSocketHandle(descriptor, ownsHandle: true));
        Assert.Equal(_listening.LocalEndPoint, received.LocalEndPoint);
    }

    [Fact]
    public void WhatIsStoredAlreadyIsNotStoredAgainAndWhatIsGoneIsRemoved()
    {
        SocketStore store = new(_notifier, ["tcp/a/0", "tcp/old/0"]);
        store.Update(Sockets("tcp/a/0"));
        Assert.Equal(("FDSTOREREMOVE=1\nFDNAME=tcp/old/0", -1), _systemd.Receive());
        Assert.False(_systemd.HasMessage);

        store.Update(Sockets());
        Assert.Equal(("FDSTOREREMOVE=1\nFDNAME=tcp/a/0", -1), _systemd.Receive());
        store.Update(Sockets());
        Assert.False(_systemd.HasMessage);
    }

    [Fact]
    public void WhatCouldNotBeSaidIsSaidTheNextTime()
    {
        using ServiceNotifier deaf = ServiceNotifier.FromEnvironment(name => name == "NOTIFY_SOCKET" ? _systemd.Path + ".gone" : null);
        SocketStore store = new(deaf, ["tcp/old/0"]);
        store.Update(Sockets("tcp/a/0"));
        Assert.Equal(2, deaf.Failures);
        store.Update(Sockets("tcp/a/0"));
        Assert.Equal(4, deaf.Failures);
    }

    [Fact]
    public void SocketsAreReadByNameAndNoneIsLost()
    {
        Dictionary<string, string> environment = new() { ["LISTEN_PID"] = "17", ["LISTEN_FDS"] = "4", ["LISTEN_FDNAMES"] = "tcp/a/0:tcp/a/1:tcp/a/0" };
        Dictionary<string, int> sockets = PassedSockets.FromEnvironment(environment.GetValueOrDefault, 17);

        Assert.Equal((3, 4), (sockets["tcp/a/0"], sockets["tcp/a/1"]));
        Assert.Equal([3, 4, 5, 6], sockets.Values.Order());
    }

    [Theory]
    [InlineData("18", "1")]
    [InlineData(null, "1")]
    [InlineData("17", null)]
    [InlineData("17", "-1")]
    public void SocketsOfAnotherProcessAreNotOurs(string? pid, string? count) => Assert.Empty(PassedSockets.FromEnvironment(
        name => name == "LISTEN_PID" ? pid : name == "LISTEN_FDS" ? count : null, 17));

    private Action<Action<string, int>> Sockets(params string[] names) => visit =>
    {
        foreach (string name in names) visit(name, (int)_listening.Handle);
    };
}
