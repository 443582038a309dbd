using System.Net;
using System.Text;
using Appliance.Limiter;
using Appliance.Proxy.Configuration;
using Proxy.Tests.Support;

namespace Proxy.Tests.EndToEnd;

/// <summary>The limiter's verdicts, with a real engine and table.</summary>
public sealed class PolicyTests
{
    private const string Ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
    private const string PerAddress = """
        {"bundle_version": 1, "policies": [{"id": "p", "spec": {"selector": {"pathPrefix": "/"}, "rules": [{"name": "r",
        "limit_keys": ["ip:address"], "algorithm": "token_bucket", "algorithm_config": {"tokens_per_second": 0.01, "burst": 3}}]}}]}
        """;

    [Fact]
    public async Task RequestsAboveTheLimitGet429WithTheHeadersAndNeverReachTheServer()
    {
        using var upstream = new Upstream();
        upstream.ServeAnswer(Ok);
        using LimiterTable table = LimiterTable.Create(1 << 20, 42);
        await using ProxyRig rig = Rig(upstream, table, PerAddress);
        RawPeer client = await rig.ConnectAsync();
        for (int i = 0; i < 3; i++)
        {
            await client.SendAsync("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
            (HttpText head, _) = await client.ReadAnswerAsync();
            Assert.Equal((200, "3", $"{2 - i}"), (head.Status, head["RateLimit-Limit"], head["RateLimit-Remaining"]));
        }

        await client.SendAsync("GET / HTTP/1.1\r\nHost: a\r\nAccept: application/json\r\n\r\n");
        (HttpText refused, string body) = await client.ReadAnswerAsync();
        Assert.Equal((429, "0", "application/json"), (refused.Status, refused["RateLimit-Remaining"], refused["Content-Type"]));
        Assert.True(refused.Has("Retry-After") && refused.Has("X-Appliance-Reason"));
        Assert.Contains("\"status\":429", body, StringComparison.Ordinal);
        Assert.False(refused.Has("Connection"));
        await Deadline.Until(() => (rig.Upstream.Requests, rig.Listener.RejectedByPolicy) == (3, 1), "three requests and one refusal are counted");
    }

    [Fact]
    public async Task BehindATrustedProxyTheClientIsTheOneItNames()
    {
        using var upstream = new Upstream();
        upstream.ServeAnswer(Ok);
        using LimiterTable table = LimiterTable.Create(1 << 20, 42);
        await using ProxyRig rig = Rig(upstream, table, PerAddress, listener => listener with { TrustedProxies = [IPNetwork.Parse("127.0.0.0/8")] });
        RawPeer client = await rig.ConnectAsync();
        for (int i = 0; i < 10; i++) Assert.Equal(200, await StatusAsync(client, $"X-Forwarded-For: 192.0.2.{i}\r\n"));
        for (int i = 0; i < 4; i++)
        {
            Assert.Equal(i < 3 ? 200 : 429, await StatusAsync(client, $"X-Forwarded-For: 203.0.113.{i}, 198.51.100.9, 127.0.0.5\r\n"));
        }
    }

    [Fact]
    public async Task FromAnybodyElseTheHeaderIsNotBelieved()
    {
        using var upstream = new Upstream();
        upstream.ServeAnswer(Ok);
        using LimiterTable table = LimiterTable.Create(1 << 20, 42);
        await using ProxyRig rig = Rig(upstream, table, PerAddress);
        RawPeer client = await rig.ConnectAsync();
        for (int i = 0; i < 4; i++) Assert.Equal(i < 3 ? 200 : 429, await StatusAsync(client, $"X-Forwarded-For: 192.0.2.{i}\r\n"));
    }

    [Theory]
    [InlineData(true, 200)]
    [InlineData(false, 503)]
    public async Task WithoutABundleTheListenerSaysWhatHappens(bool open, int status)
    {
        using var upstream = new Upstream();
        upstream.ServeAnswer(Ok);
        using LimiterTable table = LimiterTable.Create(1 << 20, 42);
        await using ProxyRig rig = Rig(upstream, table, null, listener => listener with { OpenOnPolicyFailure = open });
        Assert.Equal(status, (await rig.AskAsync("GET / HTTP/1.1\r\nHost: a\r\n\r\n")).Head.Status);
    }

    private static async Task<int> StatusAsync(RawPeer client, string lines)
    {
        await client.SendAsync($"GET / HTTP/1.1\r\nHost: a\r\n{lines}\r\n");
        return (await client.ReadAnswerAsync()).Head.Status;
    }

    private static ProxyRig Rig(Upstream upstream, LimiterTable table, string? bundle, Func<ListenerSettings, ListenerSettings>? change = null)
    {
        var engine = new PolicyEngine(table, 1);
        if (bundle is not null)
        {
            BundleReadResult read = PolicyBundleReader.Read(Encoding.UTF8.GetBytes(bundle), DateTimeOffset.UnixEpoch);
            Assert.Empty(read.Errors);
            engine.Apply(read.Snapshot!);
        }

        ProxySettings settings = ProxyRig.HttpSettings(new TimeoutSettings(), upstream.Address);
        ListenerSettings listener = settings.Listeners[0] with { EnforcePolicies = true };
        return new ProxyRig(settings with { Listeners = [change?.Invoke(listener) ?? listener] }, 1, engine);
    }
}
