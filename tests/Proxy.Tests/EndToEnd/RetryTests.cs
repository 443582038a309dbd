using Appliance.Proxy.Configuration;
using Proxy.Tests.Support;
using TestSupport;

namespace Proxy.Tests.EndToEnd;

/// <summary>A request goes to another server only while nothing of an answer has gone to the client (upstreams.md A1.5).</summary>
public sealed class RetryTests
{
    private const string Get = "GET /x HTTP/1.1\r\nHost: a\r\n\r\n";
    private const string Good = "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\ngood";
    private const string Busy = "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 4\r\n\r\nbusy";

    [Fact]
    public async Task AnAnswerWithAListedStatusIsReplacedByThatOfAnotherServer()
    {
        using var first = new Upstream().ServeAnswer(Busy);
        using var second = new Upstream().ServeAnswer(Good);
        await using ProxyRig rig = Rig(new RetrySettings { OnStatuses = [503] }, first, second);
        for (int i = 0; i < 6; i++) Assert.Equal("good", (await rig.AskAsync(Get)).Body);
        Assert.True(first.Count > 0);
    }

    [Fact]
    public async Task TheLastAnswerGoesToTheClientWhateverItsStatus()
    {
        using var first = new Upstream().ServeAnswer(Busy);
        using var second = new Upstream().ServeAnswer(Busy);
        await using ProxyRig rig = Rig(new RetrySettings { OnStatuses = [503] }, first, second);
        (HttpText head, string body) = await rig.AskAsync(Get);
        Assert.Equal((503, "busy"), (head.Status, body));
        Assert.Equal((1, 1), (first.Count, second.Count));
    }

    [Fact]
    public async Task AStatusThatIsNotListedIsPassedOn()
    {
        using var first = new Upstream().ServeAnswer(Busy);
        await using ProxyRig rig = Rig(new RetrySettings { OnStatuses = [502] }, first, first);
        Assert.Equal(503, (await rig.AskAsync(Get)).Head.Status);
        Assert.Equal(1, first.Count);
    }

    [Fact]
    public async Task AServerThatIsTooSlowLosesTheRequestToAnother()
    {
        int asked = 0;
        using var slow = new Upstream().Serve(SilentAsync(() => Interlocked.Increment(ref asked)));
        using var second = new Upstream().ServeAnswer(Good);
        var clock = new VirtualClock();
        await using var rig = new ProxyRig(Settings(new RetrySettings { TryTimeout = TimeSpan.FromSeconds(10) }, slow, second), time: clock);
        for (int i = 0; i < 2; i++)
        {
            int before = Volatile.Read(ref asked);
            Task<(HttpText Head, string Body)> answer = rig.AskAsync(Get);
            await Deadline.Until(() => answer.IsCompleted || Volatile.Read(ref asked) > before, "a server is asked");
            rig.Settle();
            if (!answer.IsCompleted) clock.Advance(TimeSpan.FromSeconds(11));
            Assert.Equal("good", (await answer).Body);
        }

        Assert.True(asked > 0);
    }

    [Fact]
    public async Task AllTriesTogetherEndAtTheTotalLimit()
    {
        int asked = 0;
        Upstream[] slow = [.. Enumerable.Range(0, 4).Select(_ => new Upstream().Serve(SilentAsync(() => Interlocked.Increment(ref asked))))];
        var retry = new RetrySettings { Attempts = 4, TryTimeout = TimeSpan.FromSeconds(40), TotalTimeout = TimeSpan.FromSeconds(60) };
        var clock = new VirtualClock();
        await using var rig = new ProxyRig(Settings(retry, slow), time: clock);
        Task<(HttpText Head, string Body)> answer = rig.AskAsync(Get);
        for (int tries = 1; tries <= 2; tries++)
        {
            await Deadline.Until(() => Volatile.Read(ref asked) == tries, $"try {tries}");
            rig.Settle();
            Assert.False(answer.IsCompleted);
            clock.Advance(TimeSpan.FromSeconds(41));
        }

        Assert.Equal(504, (await answer).Head.Status);
        Assert.Equal(2, slow.Count(server => server.Count > 0));
        foreach (Upstream server in slow) server.Dispose();
    }

    [Fact]
    public async Task ThereAreNotMoreTriesThanAllowed()
    {
        Upstream[] broken = [.. Enumerable.Range(0, 5).Select(_ => new Upstream().Serve(BreakAsync))];
        await using ProxyRig rig = Rig(new RetrySettings { Attempts = 3 }, broken);
        Assert.Equal(502, (await rig.AskAsync(Get)).Head.Status);
        Assert.Equal(3, broken.Sum(server => server.Count));
        foreach (Upstream server in broken) server.Dispose();
    }

    [Fact]
    public async Task NoMoreAnswersAreThrownAwayThanThereAreTries()
    {
        Upstream[] busy = [.. Enumerable.Range(0, 5).Select(_ => new Upstream().ServeAnswer(Busy))];
        await using ProxyRig rig = Rig(new RetrySettings { Attempts = 3, OnStatuses = [503] }, busy);
        Assert.Equal(503, (await rig.AskAsync(Get)).Head.Status);
        Assert.Equal(3, busy.Sum(server => server.Count));
        foreach (Upstream server in busy) server.Dispose();
    }

    [Fact]
    public async Task ALongTryEndsAtTheTotalLimitToo()
    {
        using var slow = new Upstream().Serve(peer => peer.ReadHeadAsync());
        var retry = new RetrySettings { TryTimeout = TimeSpan.FromHours(1), TotalTimeout = TimeSpan.FromMilliseconds(100) };
        ProxySettings settings = Settings(retry, slow);
        await using var rig = new ProxyRig(settings with { Listeners = [settings.Listeners[0] with { Timeouts = new TimeoutSettings { Response = TimeSpan.FromHours(1) } }] });
        Assert.Equal(504, (await rig.AskAsync(Get)).Head.Status);
    }

    [Fact]
    public async Task APostThatNoServerHasSeenGoesToAnother()
    {
        using Upstream good = new Upstream().Serve(async peer =>
        {
            while (true)
            {
                await peer.ReadHeadAsync();
                await peer.ReadTextAsync(5);
                await peer.SendAsync(Good);
            }
        });
        await using ProxyRig rig = ProxyRig.Http(Upstream.Nobody(), good.Address);
        Assert.Equal("good", (await rig.AskAsync("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello")).Body);
        Assert.Equal((1, 0), (rig.Servers[0].Failures, rig.Servers[1].Failures));
    }

    [Fact]
    public async Task APostThatWasAnsweredIsNotSentAgainWhateverTheStatus()
    {
        using Upstream busy = new Upstream().ServeAnswer(Busy);
        await using ProxyRig rig = Rig(new RetrySettings { OnStatuses = [503] }, busy, busy);
        Assert.Equal(503, (await rig.AskAsync("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n")).Head.Status);
        Assert.Equal(1, busy.Count);
    }

    /// <summary>A connection that the server had closed already has cost no try: both that are allowed are left.</summary>
    [Fact]
    public async Task AClosedConnectionIsNoTry()
    {
        int connections = 0;
        using Upstream server = new Upstream().Serve(async peer =>
        {
            int number = Interlocked.Increment(ref connections);
            await peer.ReadHeadAsync();
            // The first two answer once, and are closed with the next request on them; the third answers nothing.
            if (number != 3) await peer.SendAsync(Good);
            await (number == 3 ? Task.CompletedTask : peer.ReadHeadAsync() as Task);
            peer.Dispose();
        });
        await using ProxyRig rig = Rig(new RetrySettings { Attempts = 2 }, server, server);
        for (int i = 0; i < 3; i++) Assert.Equal("good", (await rig.AskAsync(Get)).Body);
        Assert.Equal(4, connections);
    }

    /// <summary>In a second that stands still: the places of servers that were held ready, used or not, come back.</summary>
    [Fact]
    public async Task AServerHeldReadyIsGivenBackWhenTheBudgetIsSpent()
    {
        using Upstream busy = new Upstream().ServeAnswer(Busy);
        ProxySettings settings = Settings(new RetrySettings { OnStatuses = [503] }, busy, busy);
        settings = settings with { Upstreams = [settings.Upstreams[0] with { Balance = BalanceMethod.LeastConnections }] };
        await using var rig = new ProxyRig(settings, time: new VirtualClock());
        for (int i = 0; i < 40; i++) Assert.Equal(503, (await rig.AskAsync(Get)).Head.Status);
        Assert.Equal(10, rig.Status.Upstreams.Single().Retries);
        await Deadline.Until(() => rig.Servers.All(server => server.UnderWay == 0), () => $"{rig.Servers[0].UnderWay} and {rig.Servers[1].UnderWay} places are taken");
    }

    [Fact]
    public async Task ErrorsAreNotRetriedWhereTheOperatorDoesNotWantIt()
    {
        using var broken = new Upstream().Serve(BreakAsync);
        await using ProxyRig rig = Rig(new RetrySettings { OnError = false }, broken, broken);
        Assert.Equal(502, (await rig.AskAsync(Get)).Head.Status);
        Assert.Equal(1, broken.Count);
    }

    [Fact]
    public async Task WhatIsNotIdempotentIsSentOnceUnlessTheOperatorSaysOtherwise()
    {
        using var broken = new Upstream().Serve(async peer =>
        {
            await peer.ReadHeadAsync();
            await peer.ReadTextAsync(5);
            peer.Dispose();
        });
        const string Post = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello";
        await using (ProxyRig rig = Rig(new RetrySettings(), broken, broken))
        {
            Assert.Equal(502, (await rig.AskAsync(Post)).Head.Status);
            Assert.Equal(1, broken.Count);
        }

        await using (ProxyRig rig = Rig(new RetrySettings { NonIdempotent = true }, broken, broken))
        {
            Assert.Equal(502, (await rig.AskAsync(Post)).Head.Status);
            Assert.Equal(3, broken.Count);
        }
    }

    [Theory]
    [InlineData(5, false)]
    [InlineData(60_000, false)]
    [InlineData(60_000, true)]
    public async Task ASmallBodyIsSentAgainByteForByte(int size, bool chunked)
    {
        string body = Body(size);
        using var broken = new Upstream().Serve(async peer =>
        {
            await peer.ReadHeadAsync();
            await (chunked ? peer.ReadChunkedAsync() : peer.ReadTextAsync(size) as Task);
            peer.Dispose();
        });
        string received = "";
        using var second = new Upstream().Serve(async peer =>
        {
            while (true)
            {
                await peer.ReadHeadAsync();
                received = chunked ? (await peer.ReadChunkedAsync()).Text : await peer.ReadTextAsync(size);
                await peer.SendAsync(Good);
            }
        });
        await using ProxyRig rig = Rig(new RetrySettings(), broken, second);
        RawPeer client = await rig.ConnectAsync();
        string framed = chunked ? $"Transfer-Encoding: chunked\r\n\r\n{size:x}\r\n{body}\r\n0\r\n\r\n" : $"Content-Length: {size}\r\n\r\n{body}";
        for (int i = 0; i < 2; i++)
        {
            received = "";
            await client.SendAsync("PUT /x HTTP/1.1\r\nHost: a\r\n" + framed);
            Assert.Equal("good", (await client.ReadAnswerAsync()).Body);
            Assert.True(received == body, $"{received.Length} other bytes arrived");
        }

        Assert.True(broken.Count > 0);
    }

    [Fact]
    public async Task ABodyTooLargeToBeKeptIsNotSentAgain()
    {
        const int Size = 200_000;
        using var broken = new Upstream().Serve(async peer =>
        {
            await peer.ReadHeadAsync();
            await peer.ReadTextAsync(Size);
            peer.Dispose();
        });
        await using ProxyRig rig = Rig(new RetrySettings(), broken, broken);
        Assert.Equal(502, (await rig.AskAsync($"PUT /x HTTP/1.1\r\nHost: a\r\nContent-Length: {Size}\r\n\r\n{Body(Size)}")).Head.Status);
        Assert.Equal(1, broken.Count);
    }

    [Fact]
    public async Task AfterAnInterimAnswerNothingIsTriedAgain()
    {
        using var broken = new Upstream().Serve(async peer =>
        {
            await peer.ReadHeadAsync();
            await peer.SendAsync("HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n");
            peer.Dispose();
        });
        await using ProxyRig rig = Rig(new RetrySettings(), broken, broken);
        RawPeer client = await rig.ConnectAsync();
        await client.SendAsync(Get);
        Assert.Equal(103, (await client.ReadHeadAsync()).Status);
        Assert.Equal(502, (await client.ReadAnswerAsync()).Head.Status);
        Assert.Equal(1, broken.Count);
    }

    [Fact]
    public async Task RetriesEndWithTheirBudget()
    {
        using var broken = new Upstream().Serve(BreakAsync);
        // In a second that stands still.
        await using var rig = new ProxyRig(Settings(new RetrySettings { Attempts = 2 }, broken, broken), time: new VirtualClock());
        const int Requests = 100;
        for (int i = 0; i < Requests; i++) Assert.Equal(502, (await rig.AskAsync(Get)).Head.Status);
        // A fifth of the requests, and ten for the second.
        Assert.InRange(broken.Count, Requests + 10, Requests + Requests / 5 + 10);
        Assert.Equal(broken.Count - Requests, rig.Status.Upstreams.Single().Retries);
    }

    [Fact]
    public async Task ABodyThatComesTooSlowlyIsRefused()
    {
        using var upstream = new Upstream().Serve(peer => peer.ReadHeadAsync());
        await using ProxyRig rig = Slow(upstream, 1000, TimeSpan.FromHours(1));
        RawPeer client = await rig.ConnectAsync();
        await client.SendAsync("PUT /x HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\nslow");
        HttpText head = await client.ReadHeadAsync();
        Assert.Equal(408, head.Status);
    }

    /// <summary>What one request has brought pays for no other on the same connection.</summary>
    [Fact]
    public async Task AQuickBodyDoesNotMakeUpForTheNextOne()
    {
        using Upstream upstream = new Upstream().Serve(async peer =>
        {
            await peer.ReadHeadAsync();
            await peer.ReadTextAsync(1_000_000);
            // The connection is kept: that the second body fails on a used one must not make it be sent again.
            await peer.SendAsync("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\ngood");
        });
        await using ProxyRig rig = Slow(upstream, 1000, TimeSpan.FromHours(1));
        RawPeer client = await rig.ConnectAsync();
        await client.SendAsync("PUT /x HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\n");
        await client.SendAsync(new byte[1_000_000]);
        Assert.Equal("good", (await client.ReadAnswerAsync()).Body);
        await client.SendAsync("PUT /x HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\nslow");
        Assert.Equal(408, (await client.ReadHeadAsync()).Status);
    }

    [Fact]
    public async Task WithoutARateABodyMayBeginLate()
    {
        using Upstream upstream = new Upstream().Serve(async peer =>
        {
            await peer.ReadHeadAsync();
            await peer.ReadTextAsync(5);
            await peer.SendAsync(Good);
        });
        await using ProxyRig rig = Slow(upstream, 0, TimeSpan.FromHours(1));
        RawPeer client = await rig.ConnectAsync();
        await client.SendAsync("PUT /x HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\n");
        await PassAsync(rig, TimeSpan.FromSeconds(10));
        await client.SendAsync("hello");
        Assert.Equal("good", (await client.ReadAnswerAsync()).Body);
    }

    [Fact]
    public async Task ABodyThatStopsIsRefusedAfterItsTimeAlsoWithoutARate()
    {
        using var upstream = new Upstream().Serve(peer => peer.ReadToEndAsync());
        await using ProxyRig rig = Slow(upstream, 0, TimeSpan.FromSeconds(3));
        RawPeer client = await rig.ConnectAsync();
        await client.SendAsync("PUT /x HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhe");
        Assert.Equal(408, (await client.ReadHeadAsync()).Status);
    }

    [Fact]
    public async Task TheTimeThatAServerTakesToReadIsNotTheClients()
    {
        const int Size = 8_000_000;
        using var upstream = new Upstream(receiveBuffer: 16 * 1024);
        await using ProxyRig rig = Slow(upstream, 100_000, TimeSpan.FromHours(1));
        RawPeer client = await rig.ConnectAsync();
        await client.SendAsync($"PUT /x HTTP/1.1\r\nHost: a\r\nContent-Length: {Size}\r\n\r\n");
        Task sending = client.SendAsync(new byte[Size - 1]);
        RawPeer server = await upstream.AcceptAsync();
        await server.ReadHeadAsync();
        // What the rate allows for all of the body is 85 seconds, grace included.
        await PassAsync(rig, TimeSpan.FromSeconds(100));
        await server.ReadBytesAsync(Size - 1);
        await sending;
        await PassAsync(rig, TimeSpan.FromSeconds(1));
        await client.SendAsync("x");
        await server.ReadBytesAsync(1);
        await server.SendAsync(Good);
        Assert.Equal("good", (await client.ReadAnswerAsync()).Body);
    }

    [Fact]
    public async Task AConnectionEndsAfterItsRequests()
    {
        using var upstream = new Upstream().ServeAnswer(Good);
        ProxySettings settings = ProxyRig.HttpSettings(new TimeoutSettings(), upstream.Address);
        settings = settings with { Listeners = [settings.Listeners[0] with { Http = new HttpSettings { MaximumRequests = 3 } }] };
        await using var rig = new ProxyRig(settings);
        RawPeer client = await rig.ConnectAsync();
        for (int i = 1; i <= 3; i++)
        {
            await client.SendAsync(Get);
            (HttpText head, _) = await client.ReadAnswerAsync();
            Assert.Equal(i == 3 ? "close" : null, head["Connection"]);
        }

        await client.ExpectEndAsync();
    }

    /// <summary>With a minimum rate of bodies, a limit for what one wait may take, and a clock twenty times as fast.</summary>
    private static ProxyRig Slow(Upstream upstream, long rate, TimeSpan wait)
    {
        ProxySettings settings = ProxyRig.HttpSettings(new TimeoutSettings { Response = wait }, upstream.Address);
        return new(settings with { Listeners = [settings.Listeners[0] with { Http = new HttpSettings { MinimumBodyRate = rate } }] }, time: new FastClock(20));
    }

    /// <summary>Waits until the loop's clock has gone on by so much.</summary>
    private static async Task PassAsync(ProxyRig rig, TimeSpan time)
    {
        long endNs = await rig.OnLoopAsync(() => rig.Loop.NowNs) + time.Ticks * 100;
        await Deadline.Until(() => rig.OnLoopAsync(() => rig.Loop.NowNs).Result > endNs, "the time passes");
    }

    private static ProxyRig Rig(RetrySettings retry, params Upstream[] servers) => new(Settings(retry, servers));

    private static ProxySettings Settings(RetrySettings retry, params Upstream[] servers)
    {
        ProxySettings settings = ProxyRig.HttpSettings(new TimeoutSettings(), [.. servers.Select(server => server.Address)]);
        return settings with { Upstreams = [settings.Upstreams[0] with { Retry = retry }] };
    }

    /// <summary>Reads the request, says so, and never answers.</summary>
    private static Func<RawPeer, Task> SilentAsync(Action asked) => async peer =>
    {
        await peer.ReadHeadAsync();
        asked();
    };

    /// <summary>Reads the request and closes.</summary>
    private static async Task BreakAsync(RawPeer peer)
    {
        await peer.ReadHeadAsync();
        peer.Dispose();
    }

    private static string Body(int size) => string.Concat(Enumerable.Range(0, size).Select(i => (char)('a' + i * 7 % 26)));
}
