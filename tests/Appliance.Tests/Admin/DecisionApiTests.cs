using System.Net;
using System.Text;
using Appliance.Admin;
using Appliance.Limiter;
using Appliance.Proxy;
using Appliance.Proxy.Configuration;
using Appliance.Tests.Hosting;
using Appliance.Tests.Journal;

namespace Appliance.Tests.Admin;

/// <summary>The decision API behind the real data plane, asked as a gateway asks.</summary>
public sealed class DecisionApiTests : IDisposable
{
    private readonly LimiterTable _table = LimiterTable.Create(1 << 20, 7);
    private readonly PolicyEngine _engine;
    private readonly ProxyServer _proxy;
    private readonly HttpClient _http;

    public DecisionApiTests()
    {
        _engine = new PolicyEngine(_table, 1);
        _engine.Apply(PolicyBundleReader.Read(Encoding.UTF8.GetBytes(DaemonUnderTest.BundleText(1, 2)), DateTimeOffset.UnixEpoch).Snapshot!);
        _proxy = new ProxyServer(1, _engine, new RecordingLog());
        _proxy.Start(new ProxySettings
        {
            Listeners =
            [
                new ListenerSettings
                {
                    Name = "ask",
                    Protocol = ListenerProtocol.Local,
                    Address = new IPEndPoint(IPAddress.Loopback, 0),
                    TrustedProxies = [IPNetwork.Parse("127.0.0.0/8")],
                    Handler = new DecisionHandler(_engine, new DecisionStatistics(1), _proxy.Delayed, 1),
                },
            ],
        });
        _http = new HttpClient { BaseAddress = new Uri($"http://{_proxy.Addresses["ask"]}"), Timeout = DaemonUnderTest.Limit };
    }

    public void Dispose()
    {
        _http.Dispose();
        _proxy.Dispose();
        _table.Dispose();
    }

    [Fact]
    public async Task AGatewayIsAnsweredUntilTheClientsBucketIsEmpty()
    {
        using HttpResponseMessage first = await AskAsync("192.0.2.1");
        Assert.Equal(HttpStatusCode.OK, first.StatusCode);
        Assert.Equal("1", Assert.Single(first.Headers.GetValues("RateLimit-Remaining")));
        Assert.Equal(0, first.Content.Headers.ContentLength);
        using HttpResponseMessage second = await AskAsync("192.0.2.1");
        Assert.Equal(HttpStatusCode.OK, second.StatusCode);
        using HttpResponseMessage third = await AskAsync("192.0.2.1");
        Assert.Equal(HttpStatusCode.TooManyRequests, third.StatusCode);
        Assert.Equal("token_bucket_exceeded", Assert.Single(third.Headers.GetValues("X-Appliance-Reason")));
        Assert.True(third.Headers.RetryAfter?.Delta > TimeSpan.Zero);
        using HttpResponseMessage other = await AskAsync("192.0.2.2");
        Assert.Equal(HttpStatusCode.OK, other.StatusCode);
    }

    [Fact]
    public async Task NothingElseIsAnsweredThere()
    {
        foreach (string path in (string[])["/", "/metrics", "/v1/status", "/v1/decisions", "/readyz"])
        {
            using HttpResponseMessage answer = await _http.GetAsync(new Uri(path, UriKind.Relative));
            Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        }
    }

    private Task<HttpResponseMessage> AskAsync(string client)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, "/v1/decision");
        request.Headers.Add("X-Original-Method", "GET");
        request.Headers.Add("X-Original-URI", "/pay?x=1");
        request.Headers.Add("X-Forwarded-For", client);
        return _http.SendAsync(request);
    }
}
