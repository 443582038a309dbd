using System.Diagnostics;
using System.Globalization;
using System.Text;
using Appliance.Limiter;
using Appliance.Limiter.DebugSessions;
using Appliance.Limiter.Descriptors;
using Appliance.Limiter.Tokens;
using Proxy.Tests.Support;

namespace Proxy.Tests.EndToEnd;

/// <summary>What a policy makes a request do besides passing or not: wait, and hold a place.</summary>
public sealed class PolicyActionTests
{
    private const string Ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
    private const string Get = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
    private const string OneAtATime = """
        {"name": "r", "limit_keys": ["ip:address"], "algorithm": "concurrency", "algorithm_config": {"limit": 1}}
        """;

    [Fact]
    public async Task AThrottledRequestWaitsAndIsThenServedWithAWarning()
    {
        using Upstream upstream = new Upstream().ServeAnswer(Ok);
        await using var rig = new PolicyRig(upstream, Throttle(300));
        long begin = Stopwatch.GetTimestamp();
        RawPeer client = await rig.ConnectAsync();
        await client.SendAsync(Get);
        (HttpText head, _) = await client.ReadAnswerAsync();
        Assert.True(Stopwatch.GetElapsedTime(begin) >= TimeSpan.FromMilliseconds(299), "it did not wait");
        Assert.Equal((200, "budget_throttle"), (head.Status, head["X-Appliance-Warning"]));
        // The budget is used up.
        await client.SendAsync(Get);
        Assert.Equal(429, (await client.ReadAnswerAsync()).Head.Status);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task AClientThatLeavesWhileItsRequestWaitsIsLetGoAtOnce(bool withItsRequest)
    {
        using var upstream = new Upstream();
        await using var rig = new PolicyRig(upstream, Throttle(300_000));
        RawPeer client = await rig.ConnectAsync();
        rig.Proxy.Settle();
        using var goOn = new ManualResetEventSlim(!withItsRequest);
        rig.Proxy.Loop.Post(() => goOn.Wait(Deadline.Limit));
        await client.SendAsync(Get);
        if (!withItsRequest) rig.Proxy.Settle();
        client.Reset();
        goOn.Set();
        await Deadline.Until(() => rig.Proxy.Listener.ActiveConnections == 0, "the connection is gone long before the wait would be over");
        Assert.Equal(0, upstream.Count);
    }

    [Fact]
    public async Task APlaceIsHeldAsLongAsTheRequestAndNoLonger()
    {
        using var upstream = new Upstream();
        await using var rig = new PolicyRig(upstream, OneAtATime);
        RawPeer first = await rig.ConnectAsync(), second = await rig.ConnectAsync();
        await first.SendAsync(Get);
        RawPeer server = await upstream.AcceptAsync();
        await server.ReadHeadAsync();
        await second.SendAsync(Get);
        (HttpText refused, _) = await second.ReadAnswerAsync();
        Assert.Equal((429, "concurrency_exceeded"), (refused.Status, refused["X-Appliance-Reason"]));
        await server.SendAsync(Ok);
        Assert.Equal(200, (await first.ReadAnswerAsync()).Head.Status);
        await second.SendAsync(Get);
        await server.ReadHeadAsync();
        await server.SendAsync(Ok);
        Assert.Equal(200, (await second.ReadAnswerAsync()).Head.Status);
    }

    [Fact]
    public async Task APlaceOfAClientThatLeavesIsFree()
    {
        using var upstream = new Upstream();
        await using var rig = new PolicyRig(upstream, OneAtATime);
        RawPeer first = await rig.ConnectAsync(), second = await rig.ConnectAsync();
        await first.SendAsync(Get);
        await (await upstream.AcceptAsync()).ReadHeadAsync();
        first.Reset();
        await Deadline.Until(() => rig.Proxy.Listener.ActiveConnections == 1, "the first client is gone");
        await second.SendAsync(Get);
        RawPeer server = await upstream.AcceptAsync();
        await server.ReadHeadAsync();
        await server.SendAsync(Ok);
        Assert.Equal(200, (await second.ReadAnswerAsync()).Head.Status);
    }

    [Fact]
    public async Task ABadTokenGets401WhereTheConfigurationSaysReject()
    {
        using Upstream upstream = new Upstream().ServeAnswer(Ok);
        const string ByClaim = """{"name": "r", "limit_keys": ["jwt:sub"], "algorithm": "token_bucket", "algorithm_config": {"tokens_per_second": 9, "burst": 9}}""";
        await using var rig = new PolicyRig(upstream, ByClaim);
        rig.Engine.Use(new EngineSettings { Sources = new DescriptorSources { Jwt = new JwtSettings { OnInvalid = InvalidTokenAction.Reject } } });
        RawPeer client = await rig.ConnectAsync();
        await client.SendAsync("GET / HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer not.a.token\r\n\r\n");
        (HttpText refused, _) = await client.ReadAnswerAsync();
        Assert.Equal((401, "token_invalid"), (refused.Status, refused["X-Appliance-Reason"]));
        Assert.Equal("Bearer error=\"invalid_token\"", refused["WWW-Authenticate"]);
        await client.SendAsync(Get);
        Assert.Equal(200, (await client.ReadAnswerAsync()).Head.Status);
    }

    [Fact]
    public async Task MoreThanMayWaitAreRejectedAtOnce()
    {
        using Upstream upstream = new Upstream().ServeAnswer(Ok);
        await using var rig = new PolicyRig(upstream, Throttle(30_000).Replace("\"budget\": 1,", "\"budget\": 1.1,", StringComparison.Ordinal), maximumDelayed: 0);
        RawPeer client = await rig.ConnectAsync();
        for (int i = 0; i < 2; i++)
        {
            await client.SendAsync(Get);
            (HttpText refused, _) = await client.ReadAnswerAsync();
            // The second is refused for the same reason: the first has not used up the budget.
            Assert.Equal((429, "too_many_delayed"), (refused.Status, refused["X-Appliance-Reason"]));
        }
    }

    [Theory]
    [InlineData("X-Appliance-Debug: {0}\r\n", "", true)]
    [InlineData("Cookie: fv_dbg={0}\r\n", "", true)]
    [InlineData("Cookie: a=b; fv_dbg={0}; c=d\r\n", "a=b; c=d", true)]
    [InlineData("Cookie: a=b; fv_dbg=1.x\r\n", "a=b", false)]
    [InlineData("X-Appliance-Debug: 1.x\r\n", "", false)]
    public async Task ADebugSessionSeesWhoDecidedAndItsProofStaysHere(string fields, string cookies, bool open)
    {
        using var upstream = new Upstream();
        await using var rig = new PolicyRig(upstream, OneAtATime);
        var key = new DebugSessionKey("0123456789abcdef"u8);
        rig.Engine.Use(new EngineSettings { DebugKey = key });
        byte[] value = new byte[DebugSessionKey.MaxValueLength];
        int length = key.Mint(DateTimeOffset.UtcNow.ToUnixTimeSeconds(), value);
        RawPeer client = await rig.ConnectAsync();
        await client.SendAsync($"GET / HTTP/1.1\r\nHost: a\r\n{string.Format(CultureInfo.InvariantCulture, fields, Encoding.ASCII.GetString(value, 0, length))}\r\n");
        RawPeer server = await upstream.AcceptAsync();
        HttpText asked = await server.ReadHeadAsync();
        Assert.Null(asked["X-Appliance-Debug"]);
        Assert.Equal(cookies.Length == 0 ? null : cookies, asked["Cookie"]);
        await server.SendAsync(Ok);
        HttpText head = (await client.ReadAnswerAsync()).Head;
        Assert.Equal(open ? ("p", "r", "allow", "p") : default, (head["X-Appliance-Debug-Policy"], head["X-Appliance-Debug-Rule"], head["X-Appliance-Decision"],
            head["X-Appliance-Debug-Matched-Policies"]));
        Assert.StartsWith(open ? "\"p\";" : "\"default\";", head["RateLimit"], StringComparison.Ordinal);
    }

    private static string Throttle(int delayMs) => $$$"""
        {"name": "r", "limit_keys": ["ip:address"], "algorithm": "cost_based", "algorithm_config": {"budget": 1, "period": "7d", "staged_actions": [
        {"threshold_percent": 80, "action": "throttle", "delay_ms": {{{delayMs}}}}, {"threshold_percent": 100, "action": "reject"}]}}
        """;
}
