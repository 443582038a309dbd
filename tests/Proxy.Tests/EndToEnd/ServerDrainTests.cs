using System.Net;
using Appliance.Proxy;
using Appliance.Proxy.Configuration;
using Proxy.Tests.Support;
using static Proxy.Tests.EndToEnd.PoolSettings;

namespace Proxy.Tests.EndToEnd;

/// <summary>Servers taken out of rotation by hand.</summary>
public sealed class ServerDrainTests
{
    [Fact]
    public async Task DrainingUnderLoadFailsNoRequestAndLeavesNothingAtTheServer()
    {
        using var first = new Upstream();
        using var second = new Upstream();
        first.ServeAnswer(Answer("first"));
        second.ServeAnswer(Answer("second"));
        await using var rig = new ProxyRig(Of(Pool(first.Address, second.Address)), loops: 2);
        using var stop = new CancellationTokenSource();
        Task<int>[] clients = [.. Enumerable.Range(0, 6).Select(_ => AskUntilAsync(rig, stop.Token))];
        for (int round = 0; round < 20; round++)
        {
            await RequestsGoOnAsync(rig, 0);
            Assert.Equal(ServerDrainResult.Done, Drain(rig, first.Address, true));
            Assert.Equal("drain", rig.Servers[0].State);
            await Deadline.Until(() => rig.Servers[0] is { ActiveConnections: 0, IdleConnections: 0 }, "nothing is left at the drained server");
            long before = rig.Servers[0].Requests;
            await RequestsGoOnAsync(rig, 1);
            Assert.Equal(before, rig.Servers[0].Requests);
            Drain(rig, first.Address, false);
        }

        await stop.CancelAsync();
        Assert.All(await Task.WhenAll(clients), count => Assert.True(count > 0));
    }

    [Fact]
    public async Task WhatIsUnderWayFinishesAndItsConnectionIsNotKept()
    {
        using var server = new Upstream();
        await using var rig = new ProxyRig(Of(Pool(server.Address)));
        Task<(HttpText Head, string Body)> busy = rig.AskAsync(Get);
        RawPeer peer = await server.AcceptAsync();
        await peer.ReadHeadAsync();
        Drain(rig, server.Address, true);
        Assert.Equal(503, (await rig.AskAsync(Get)).Head.Status);
        await peer.SendAsync(Ok);
        Assert.Equal(200, (await busy).Head.Status);
        await peer.ExpectEndAsync();
        Assert.Equal(1, server.Count);
    }

    [Fact]
    public async Task AReloadKeepsTheDrain()
    {
        using var server = new Upstream();
        server.ServeAnswer(Ok);
        ProxySettings settings = Of(Pool(server.Address));
        await using var rig = new ProxyRig(settings);
        Drain(rig, server.Address, true);
        rig.Server.Apply(settings with { Upstreams = [settings.Upstreams[0] with { MaximumIdle = 3 }] });
        Assert.True(rig.Upstream.Draining);
        Assert.Equal(503, (await rig.AskAsync(Get)).Head.Status);
        Drain(rig, server.Address, false);
        Assert.Equal(200, (await rig.AskAsync(Get)).Head.Status);
    }

    [Fact]
    public async Task UnknownNamesAreToldApart()
    {
        await using var rig = new ProxyRig(Of(Pool(IPEndPoint.Parse("192.0.2.1:80"))));
        Assert.Equal(ServerDrainResult.UnknownUpstream, rig.Server.SetServerDrain("other", "192.0.2.1:80", true));
        Assert.Equal(ServerDrainResult.UnknownServer, rig.Server.SetServerDrain("app", "192.0.2.1:81", true));
        Assert.Equal(ServerDrainResult.Done, rig.Server.SetServerDrain("app", "192.0.2.1:80", true));
        Assert.Equal(ServerDrainResult.Done, rig.Server.SetServerDrain("app", "192.0.2.1:80", true));
        Assert.Single(rig.Log.Entries, entry => entry.Id == 3026);
    }

    private static ServerDrainResult Drain(ProxyRig rig, IPEndPoint server, bool drain) => rig.Server.SetServerDrain("app", server.ToString(), drain);

    private static async Task RequestsGoOnAsync(ProxyRig rig, int server)
    {
        long before = rig.Servers[server].Requests;
        await Deadline.Until(() => rig.Servers[server].Requests > before + 3, $"requests go to server {server}");
    }

    private static async Task<int> AskUntilAsync(ProxyRig rig, CancellationToken stop)
    {
        RawPeer client = await rig.ConnectAsync();
        int answered = 0;
        while (!stop.IsCancellationRequested)
        {
            await client.SendAsync(Get);
            Assert.Equal(200, (await client.ReadAnswerAsync()).Head.Status);
            answered++;
        }

        return answered;
    }
}
