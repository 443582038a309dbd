using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;
using Appliance.Proxy;
using Appliance.Proxy.Configuration;
using Proxy.Tests.Support;

namespace Proxy.Tests.EndToEnd;

/// <summary>New settings while traffic runs, and the way out.</summary>
public sealed class ApplyTests
{
    private const string Get = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
    private const string Ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

    [Fact]
    public async Task AHundredReloadsUnderLoadFailNoRequest()
    {
        using var first = new Upstream();
        using var second = new Upstream();
        first.ServeAnswer(Ok);
        second.ServeAnswer(Ok);
        IPEndPoint address = Upstream.Nobody();
        ProxySettings a = Settings(address, first.Address), b = Settings(address, second.Address);
        await using var rig = new ProxyRig(a, loops: 2);
        using var stop = new CancellationTokenSource();
        Task<int>[] clients = [.. Enumerable.Range(0, 6).Select(i => AskUntilAsync(rig, newConnections: i % 2 == 0, stop.Token))];
        for (int i = 0; i < 100; i++)
        {
            ProxySettings next = i % 2 == 0 ? b : a;
            // Each second reload also opens or closes another listener.
            rig.Server.Apply(i % 4 < 2 ? next : next with { Listeners = next.Listeners.Add(Extra()) });
            long asked = rig.Status.Listeners[0].Requests[2];
            await Deadline.Until(() => rig.Status.Listeners[0].Requests[2] > asked, "requests go on between the reloads");
        }

        await stop.CancelAsync();
        int[] answered = await Task.WhenAll(clients);
        Assert.All(answered, count => Assert.True(count > 0));
        Assert.True(first.Count > 0 && second.Count > 0, "both pools were used");
    }

    [Fact]
    public async Task ConnectionsToAnAddressThatHasLeftAreCutAndOthersGoOn()
    {
        using var upstream = new Upstream();
        upstream.ServeAnswer(Ok);
        ProxySettings settings = Settings(new IPEndPoint(IPAddress.Any, 0), upstream.Address);
        await using var rig = new ProxyRig(settings);
        int port = rig.Address.Port;
        using RawPeer moved = await RawPeer.ConnectAsync(new IPEndPoint(IPAddress.Parse("127.0.0.2"), port));
        using RawPeer stays = await RawPeer.ConnectAsync(new IPEndPoint(IPAddress.Loopback, port));
        foreach (RawPeer client in new[] { moved, stays })
        {
            await client.SendAsync(Get);
            Assert.Equal("ok", (await client.ReadAnswerAsync()).Body);
        }

        rig.Server.CutConnectionsFrom([IPAddress.Parse("127.0.0.2")]);
        await moved.ExpectResetAsync();
        await stays.SendAsync(Get);
        Assert.Equal("ok", (await stays.ReadAnswerAsync()).Body);
    }

    [Fact]
    public async Task AListenerThatChangesItsNameAndProtocolKeepsItsPort()
    {
        using var upstream = new Upstream();
        upstream.ServeAnswer(Ok);
        IPEndPoint address = Upstream.Nobody();
        ProxySettings settings = Settings(address, upstream.Address);
        await using var rig = new ProxyRig(settings);
        ListenerSettings before = settings.Listeners[0];
        ListenerSettings after = new()
        {
            Name = "renamed",
            Protocol = ListenerProtocol.Tcp,
            Address = before.Address,
            Upstream = settings.Upstreams[0].Name,
        };
        rig.Server.Apply(settings with { Listeners = [after] });
        RawPeer client = await rig.ConnectAsync();
        await client.SendAsync(Get);
        Assert.Equal("ok", (await client.ReadAnswerAsync()).Body);
        Assert.Equal(("renamed", "tcp"), (rig.Listener.Name, rig.Listener.Protocol));
    }

    [Fact]
    public async Task AKeptListenerTakesItsNewRoutesForTheNextRequestOfAConnection()
    {
        using var first = new Upstream();
        using var second = new Upstream();
        first.ServeAnswer("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\none");
        second.ServeAnswer("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\ntwo");
        ProxySettings settings = ProxyRig.HttpSettings(new TimeoutSettings(), first.Address);
        await using var rig = new ProxyRig(settings);
        RawPeer client = await rig.ConnectAsync();
        await client.SendAsync(Get);
        Assert.Equal("one", (await client.ReadAnswerAsync()).Body);
        rig.Server.Apply(settings with { Upstreams = [ProxyRig.Pool(second.Address)] });
        await client.SendAsync(Get);
        Assert.Equal("two", (await client.ReadAnswerAsync()).Body);
    }

    [Fact]
    public async Task TheIdleConnectionsOfAPoolThatIsGoneAreClosed()
    {
        using var first = new Upstream();
        using var second = new Upstream();
        ProxySettings settings = ProxyRig.HttpSettings(new TimeoutSettings(), first.Address);
        await using var rig = new ProxyRig(settings);
        RawPeer client = await rig.ConnectAsync();
        await client.SendAsync(Get);
        RawPeer server = await first.AcceptAsync();
        await server.ReadHeadAsync();
        rig.Server.Apply(settings with { Upstreams = [ProxyRig.Pool(second.Address)] });
        await server.SendAsync(Ok);
        Assert.Equal(200, (await client.ReadAnswerAsync()).Head.Status);
        await server.ExpectEndAsync();
    }

    [Fact]
    public async Task ARequestOutlivesItsListenerAndItsConnectionEndsAfterIt()
    {
        using var upstream = new Upstream();
        ProxySettings settings = ProxyRig.HttpSettings(new TimeoutSettings(), upstream.Address);
        await using var rig = new ProxyRig(settings);
        EndPoint address = rig.Address;
        RawPeer busy = await rig.ConnectAsync();
        RawPeer idle = await rig.ConnectAsync();
        await busy.SendAsync(Get);
        RawPeer server = await upstream.AcceptAsync();
        await server.ReadHeadAsync();
        await Deadline.Until(() => rig.Listener.ActiveConnections == 2, "both connections are served");
        rig.Server.Apply(settings with { Listeners = [] });
        await idle.ExpectEndAsync();
        await server.SendAsync(Ok);
        Assert.Equal(200, (await busy.ReadAnswerAsync()).Head.Status);
        await busy.ExpectEndAsync();
        await Deadline.Until(() => Refuses(address), "the port is closed");
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task APortInUseChangesNothing(int loops)
    {
        using var upstream = new Upstream();
        upstream.ServeAnswer(Ok);
        using var other = new Upstream();
        ProxySettings settings = ProxyRig.HttpSettings(new TimeoutSettings(), upstream.Address);
        await using var rig = new ProxyRig(settings, loops);
        ListenerSettings free = Extra() with { Address = Upstream.Nobody() };
        ListenerSettings taken = Extra() with { Name = "taken", Address = other.Address };
        var error = Assert.Throws<ListenException>(() => rig.Server.Apply(
            settings with { Listeners = [.. settings.Listeners, free, taken], Upstreams = [ProxyRig.Pool(Upstream.Nobody())] }));
        Assert.False(error.NotPermitted);
        Assert.Contains("taken", error.Message, StringComparison.Ordinal);
        Assert.Contains(other.Address.ToString(), error.Message, StringComparison.Ordinal);
        Assert.Single(rig.Status.Listeners);
        Assert.Equal(200, (await rig.AskAsync(Get)).Head.Status);
        await Deadline.Until(() => Refuses(free.Address), "the listener that was opened first is closed again");
    }

    [Fact]
    public void TwoServersCannotSilentlyShareAPort()
    {
        ProxySettings settings = Settings(Upstream.Nobody(), Upstream.Nobody());
        using var first = new ProxyServer(1, null, new RecordingLog());
        first.Start(settings);
        using var second = new ProxyServer(1, null, new RecordingLog());
        Assert.Throws<ListenException>(() => second.Start(settings));
    }

    [Fact]
    public async Task WhileDrainingAnswersSayCloseAndIdleConnectionsEnd()
    {
        using var upstream = new Upstream();
        upstream.ServeAnswer(Ok);
        await using ProxyRig rig = ProxyRig.Http(upstream.Address);
        RawPeer idle = await rig.ConnectAsync();
        await idle.SendAsync(Get);
        await idle.ReadAnswerAsync();
        rig.Server.SetDraining(true);
        await idle.ExpectEndAsync();
        RawPeer late = await rig.ConnectAsync();
        await late.SendAsync(Get);
        Assert.Equal("close", (await late.ReadAnswerAsync()).Head["Connection"]);
        await late.ExpectEndAsync();
        rig.Server.SetDraining(false);
        RawPeer later = await rig.ConnectAsync();
        for (int i = 0; i < 2; i++)
        {
            await later.SendAsync(Get);
            Assert.False((await later.ReadAnswerAsync()).Head.Has("Connection"));
        }
    }

    [Fact]
    public async Task StoppingWaitsForTheRequestUnderWayAndThenNothingIsCut()
    {
        using var upstream = new Upstream();
        await using ProxyRig rig = ProxyRig.Http(upstream.Address);
        RawPeer busy = await rig.ConnectAsync();
        RawPeer idle = await rig.ConnectAsync();
        await busy.SendAsync(Get);
        RawPeer server = await upstream.AcceptAsync();
        await server.ReadHeadAsync();
        await Deadline.Until(() => rig.Listener.ActiveConnections == 2, "both connections are served");
        rig.Stopped = true;
        Task<int> stopping = rig.Server.StopTrafficAsync(Deadline.Limit);
        await idle.ExpectEndAsync();
        Assert.False(stopping.IsCompleted);
        await server.SendAsync(Ok);
        (HttpText head, _) = await busy.ReadAnswerAsync();
        Assert.Equal((200, "close"), (head.Status, head["Connection"]));
        Assert.Equal(0, await stopping.In());
        await Deadline.Until(() => Refuses(rig.Address), "the port is closed");
    }

    [Fact]
    public async Task WhereTheSocketsOutliveTheProcessNewClientsAreServedWhileOldRequestsEnd()
    {
        using var upstream = new Upstream();
        await using ProxyRig rig = ProxyRig.Http(upstream.Address);
        RawPeer old = await rig.ConnectAsync();
        await old.SendAsync(Get);
        RawPeer server = await upstream.AcceptAsync();
        await server.ReadHeadAsync();
        rig.Stopped = true;
        rig.Server.SetDraining(true);
        Task<int> stopping = rig.Server.StopTrafficAsync(Deadline.Limit, socketsOutlive: true);
        for (int i = 0; i < 2; i++)
        {
            RawPeer fresh = await rig.ConnectAsync();
            await fresh.SendAsync(Get);
            RawPeer next = await upstream.AcceptAsync();
            await next.ReadHeadAsync();
            await next.SendAsync("HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
            Assert.Equal("close", (await fresh.ReadAnswerAsync()).Head["Connection"]);
            next.Dispose();
        }

        Assert.False(stopping.IsCompleted);
        await server.SendAsync(Ok);
        Assert.Equal(200, (await old.ReadAnswerAsync()).Head.Status);
        Assert.Equal(0, await stopping.In());
        await Deadline.Until(() => Refuses(rig.Address), "the port is closed");
    }

    [Fact]
    public async Task StoppingCountsWhatItCutsAtTheLimit()
    {
        using var upstream = new Upstream();
        await using ProxyRig rig = ProxyRig.Http(upstream.Address);
        RawPeer busy = await rig.ConnectAsync();
        await busy.SendAsync(Get);
        RawPeer server = await upstream.AcceptAsync();
        await server.ReadHeadAsync();
        Assert.Equal(1, await rig.Server.StopTrafficAsync(TimeSpan.FromMilliseconds(100)));
        rig.Stopped = true;
        rig.Server.Dispose();
        await busy.ExpectResetAsync();
        await server.ExpectClosedAsync();
    }

    private static async Task<int> AskUntilAsync(ProxyRig rig, bool newConnections, CancellationToken stop)
    {
        EndPoint address = rig.Server.Addresses["web"];
        int answered = 0;
        RawPeer client = await RawPeer.ConnectAsync(address);
        while (!stop.IsCancellationRequested || answered == 0)
        {
            await client.SendAsync(Get);
            (HttpText head, string body) = await client.ReadAnswerAsync();
            Assert.Equal((200, "ok"), (head.Status, body));
            answered++;
            if (head["Connection"] != "close" && !newConnections) continue;
            client.Dispose();
            client = await RawPeer.ConnectAsync(address);
        }

        client.Dispose();
        return answered;
    }

    private static ProxySettings Settings(IPEndPoint address, IPEndPoint server)
    {
        ProxySettings settings = ProxyRig.HttpSettings(new TimeoutSettings(), server);
        return settings with { Listeners = [settings.Listeners[0] with { Address = address }] };
    }

    private static ListenerSettings Extra() => new()
    {
        Name = "extra",
        Protocol = ListenerProtocol.Http,
        Address = new IPEndPoint(IPAddress.Loopback, 0),
        Routes = ImmutableArray.Create(new RouteSettings { Upstream = "app" }),
    };

    private static bool Refuses(EndPoint address)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Connect(address);
            return false;
        }
        catch (SocketException error) when (error.SocketErrorCode == SocketError.ConnectionRefused)
        {
            return true;
        }
    }
}
