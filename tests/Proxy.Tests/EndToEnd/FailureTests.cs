using System.Net;
using Appliance.Proxy.Configuration;
using Proxy.Tests.Support;
using TestSupport;

namespace Proxy.Tests.EndToEnd;

/// <summary>What clients see when servers, clients or time fail.</summary>
public sealed class FailureTests
{
    private const string Get = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
    private const string Ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(45);

    private readonly VirtualClock _clock = new();

    [Fact]
    public async Task ARefusedServerCostsATryAndTheNextAnswers()
    {
        using var upstream = new Upstream();
        upstream.ServeAnswer(Ok);
        await using ProxyRig rig = ProxyRig.Http(Upstream.Nobody(), upstream.Address);
        for (int i = 0; i < 4; i++) Assert.Equal(200, (await rig.AskAsync(Get)).Head.Status);
        await Deadline.Until(() => rig.Upstream.Failures == 1, "rig.Upstream.Failures becomes 1");
        Assert.Equal("down", rig.Upstream.State);
        await rig.Log.ExpectAsync(3004, "the outage is logged");
    }

    [Fact]
    public async Task WhenEveryServerRefusesTheAnswerIs502()
    {
        await using ProxyRig rig = ProxyRig.Http(Upstream.Nobody(), Upstream.Nobody());
        RawPeer client = await rig.ConnectAsync();
        for (int i = 0; i < 2; i++)
        {
            await client.SendAsync(Get);
            (HttpText head, string body) = await client.ReadAnswerAsync();
            Assert.Equal(502, head.Status);
            Assert.Contains("could not be reached", body, StringComparison.Ordinal);
            Assert.False(head.Has("Connection"));
        }

        await Deadline.Until(() => rig.Listener.Requests[5] == 2, "rig.Listener.Requests[5] becomes 2");
    }

    [Fact]
    public async Task AServerThatComesBackIsUsedAgain()
    {
        var address = Upstream.Nobody();
        await using ProxyRig rig = ProxyRig.Http(address);
        Assert.Equal(502, (await rig.AskAsync(Get)).Head.Status);
        using var upstream = new Upstream(at: address);
        upstream.ServeAnswer(Ok);
        Assert.Equal(200, (await rig.AskAsync(Get)).Head.Status);
        Assert.Equal("up", rig.Upstream.State);
        await rig.Log.ExpectAsync(3005, "the recovery is logged");
    }

    [Fact]
    public async Task BackupServersAreUsedOnlyWhenNoPrimaryAnswers()
    {
        using var primary = new Upstream();
        using var backup = new Upstream();
        primary.ServeAnswer(Ok);
        backup.ServeAnswer("HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nbackup");
        ProxySettings settings = ProxyRig.HttpSettings(new TimeoutSettings(), primary.Address);
        settings = settings with
        {
            Upstreams =
            [
                new UpstreamSettings
                {
                    Name = "app",
                    Servers = [new ServerSettings(backup.Address, Backup: true), new ServerSettings(primary.Address)],
                },
            ],
        };
        await using var rig = new ProxyRig(settings);
        for (int i = 0; i < 4; i++) Assert.Equal("ok", (await rig.AskAsync(Get)).Body);
        primary.Dispose();
        Assert.Equal("backup", (await rig.AskAsync(Get)).Body);
    }

    [Fact]
    public async Task WeightsShareTheRequestsExactly()
    {
        using var heavy = new Upstream();
        using var light = new Upstream();
        heavy.ServeAnswer("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nh");
        light.ServeAnswer("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nl");
        ProxySettings settings = ProxyRig.HttpSettings(new TimeoutSettings(), heavy.Address) with
        {
            Upstreams =
            [
                new UpstreamSettings
                {
                    Name = "app",
                    Servers = [new ServerSettings(heavy.Address, Weight: 3), new ServerSettings(light.Address)],
                },
            ],
        };
        await using var rig = new ProxyRig(settings);
        RawPeer client = await rig.ConnectAsync();
        string answers = "";
        for (int i = 0; i < 16; i++)
        {
            await client.SendAsync(Get);
            answers += (await client.ReadAnswerAsync()).Body;
        }

        Assert.Equal(12, answers.Count(c => c == 'h'));
        Assert.DoesNotContain("hhhh", answers, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AServerThatClosesWithoutAnAnswerIs502()
    {
        using var upstream = new Upstream();
        upstream.Serve(async peer =>
        {
            await peer.ReadHeadAsync();
            peer.Dispose();
        });
        await using ProxyRig rig = ProxyRig.Http(upstream.Address);
        Assert.Equal(502, (await rig.AskAsync(Get)).Head.Status);
        Assert.Equal(1, upstream.Count);
        await Deadline.Until(() => rig.Upstream.Failures == 1, "rig.Upstream.Failures becomes 1");
    }

    [Theory]
    [InlineData("SSH-2.0-OpenSSH_9.2\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nx")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\nContent-Length: 1\n\nx")]
    [InlineData("HTTP/1.1 200 OK\r\nX: a\r\n b\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nX: a\0b\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nX: a\rb\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nX : a\r\nContent-Length: 0\r\n\r\n")]
    [InlineData("HTTP/1.1 200 O\rK\r\nContent-Length: 0\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: +1\r\n\r\nx")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 1, 1\r\n\r\nx")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n")]
    [InlineData("HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n")]
    [InlineData("HTTP/1.1 101 Unasked\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n")]
    [InlineData("HTTP/1.1 099 Low\r\n\r\n")]
    [InlineData("HTTP/2 200 OK\r\n\r\n")]
    [InlineData("HTTP/1.1 999 Odd\r\n\r\n")]
    public async Task AMalformedAnswerIs502AndItsConnectionIsNotKept(string answer)
    {
        using var upstream = new Upstream();
        upstream.ServeAnswer(answer);
        await using ProxyRig rig = ProxyRig.Http(upstream.Address);
        Assert.Equal(502, (await rig.AskAsync(Get)).Head.Status);
        await Deadline.Until(() => rig.Upstream.IdleConnections == 0, "rig.Upstream.IdleConnections becomes 0");
    }

    [Fact]
    public async Task ASilentServerIs504()
    {
        using var upstream = new Upstream();
        await using ProxyRig rig = ProxyRig.Http(new TimeoutSettings { Response = TimeSpan.FromMilliseconds(150) }, upstream.Address);
        RawPeer client = await rig.ConnectAsync();
        await client.SendAsync(Get);
        RawPeer server = await upstream.AcceptAsync();
        Assert.Equal(504, (await client.ReadAnswerAsync()).Head.Status);
        await server.ReadHeadAsync();
        await server.ExpectClosedAsync();
        await Deadline.Until(() => rig.Upstream.Failures == 1, "rig.Upstream.Failures becomes 1");
    }

    [Fact]
    public async Task AServerThatStallsWithinItsAnswerEndsInAReset()
    {
        using var upstream = new Upstream();
        await using ProxyRig rig = Rig(new TimeoutSettings { Response = Limit }, upstream.Address);
        RawPeer client = await rig.ConnectAsync();
        await client.SendAsync(Get);
        RawPeer server = await upstream.AcceptAsync();
        await server.ReadHeadAsync();
        await server.SendAsync("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf");
        await client.ReadHeadAsync();
        Pass(rig, Limit * 2);
        await client.ExpectResetAsync();
        await server.ExpectClosedAsync();
    }

    [Fact]
    public async Task AServerThatCannotBeReachedInTimeIs504()
    {
        // A full backlog answers no SYN: accepted connections fill it, and nobody takes them.
        using var full = new FullBacklog();
        await using ProxyRig rig = ProxyRig.Http(new TimeoutSettings { Connect = TimeSpan.FromMilliseconds(150) }, full.Address);
        Assert.Equal(504, (await rig.AskAsync(Get)).Head.Status);
    }

    [Theory]
    [InlineData("GET / HTTP/1.1\r\nHos")]
    [InlineData("G")]
    [InlineData("\r\n")]
    public async Task AHeadThatDoesNotArriveInTimeIs408(string part)
    {
        await using ProxyRig rig = Rig(new TimeoutSettings { RequestHeader = Limit }, Upstream.Nobody());
        RawPeer client = await rig.ConnectAsync();
        await client.SendAsync(part);
        Pass(rig, Limit * 2);
        (HttpText head, _) = await client.ReadAnswerAsync();
        Assert.Equal((408, "close"), (head.Status, head["Connection"]));
        await client.ExpectEndAsync();
    }

    [Fact]
    public async Task TricklingDoesNotExtendTheHeadersLimit()
    {
        await using ProxyRig rig = Rig(new TimeoutSettings { RequestHeader = Limit }, Upstream.Nobody());
        RawPeer client = await rig.ConnectAsync();
        foreach (char c in "GET / HTT")
        {
            Assert.Equal(0, client.Socket.Available);
            await client.SendAsync(c.ToString());
            // Every byte comes well within the limit.
            Pass(rig, Limit / 9);
        }

        Pass(rig, TimeSpan.FromSeconds(1));
        Assert.Equal(408, (await client.ReadAnswerAsync()).Head.Status);
    }

    private ProxyRig Rig(TimeoutSettings timeouts, IPEndPoint server) => new(ProxyRig.HttpSettings(timeouts, server), time: _clock);

    /// <summary>The loop deals with what was sent, and then the time passes.</summary>
    private void Pass(ProxyRig rig, TimeSpan time)
    {
        rig.Settle();
        _clock.Advance(time);
        rig.Settle();
    }

    [Fact]
    public async Task AnIdleConnectionIsClosedAtItsLimitWithoutAWord()
    {
        await using ProxyRig rig = ProxyRig.Http(new TimeoutSettings { Idle = TimeSpan.FromMilliseconds(150) }, Upstream.Nobody());
        RawPeer client = await rig.ConnectAsync();
        await client.ExpectEndAsync();
    }

    [Fact]
    public async Task ABodyThatStopsArrivingIs408AndTheServerSeesAReset()
    {
        using var upstream = new Upstream();
        await using ProxyRig rig = ProxyRig.Http(new TimeoutSettings { Response = TimeSpan.FromMilliseconds(200) }, upstream.Address);
        RawPeer client = await rig.ConnectAsync();
        await client.SendAsync("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nhalf");
        RawPeer server = await upstream.AcceptAsync();
        await server.ReadHeadAsync();
        await server.ReadTextAsync(4);
        Assert.Equal(408, (await client.ReadAnswerAsync()).Head.Status);
        await server.ExpectResetAsync();
    }

    [Fact]
    public async Task WhenTheClientResetsTheServerIsLetGo()
    {
        using var upstream = new Upstream();
        await using ProxyRig rig = ProxyRig.Http(upstream.Address);
        RawPeer client = await rig.ConnectAsync();
        await client.SendAsync(Get);
        RawPeer server = await upstream.AcceptAsync();
        await server.ReadHeadAsync();
        client.Reset();
        await server.ExpectClosedAsync();
    }

    [Fact]
    public async Task WhenTheClientResetsWithinTheAnswerTheServerIsLetGo()
    {
        using var upstream = new Upstream();
        await using ProxyRig rig = ProxyRig.Http(upstream.Address);
        RawPeer client = await rig.ConnectAsync();
        await client.SendAsync(Get);
        RawPeer server = await upstream.AcceptAsync();
        await server.ReadHeadAsync();
        await server.SendAsync("HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\nbeginning");
        await client.ReadHeadAsync();
        client.Reset();
        await server.ExpectClosedAsync();
    }

    [Fact]
    public async Task WhenTheClientResetsWithinItsBodyTheServerSeesAReset()
    {
        using var upstream = new Upstream();
        await using ProxyRig rig = ProxyRig.Http(upstream.Address);
        RawPeer client = await rig.ConnectAsync();
        await client.SendAsync("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nhalf");
        RawPeer server = await upstream.AcceptAsync();
        await server.ReadHeadAsync();
        await server.ReadTextAsync(4);
        client.Reset();
        await server.ExpectResetAsync();
    }

    [Fact]
    public async Task WhenTheClientResetsWithinItsHeadNothingIsLeft()
    {
        await using ProxyRig rig = ProxyRig.Http(Upstream.Nobody());
        RawPeer client = await rig.ConnectAsync();
        await client.SendAsync("GET / HTTP/1.1\r\nHo");
        await Deadline.Until(() => rig.Listener.ActiveConnections == 1, "accepted");
        client.Reset();
    }

    [Fact]
    public async Task AResetOfTheServerInPlaceOfAnAnswerIs502()
    {
        using var upstream = new Upstream();
        await using ProxyRig rig = ProxyRig.Http(upstream.Address);
        RawPeer client = await rig.ConnectAsync();
        await client.SendAsync(Get);
        RawPeer server = await upstream.AcceptAsync();
        await server.ReadHeadAsync();
        server.Reset();
        Assert.Equal(502, (await client.ReadAnswerAsync()).Head.Status);
    }
}
