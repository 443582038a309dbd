using System.Net;
using System.Text;
using Appliance.Admin;
using Appliance.Limiter;
using Appliance.Tests.Hosting;

namespace Appliance.Tests.Admin;

public sealed class DecisionHandlerTests : IDisposable
{
    private static readonly ClientAddress Gateway = ClientAddress.From(IPAddress.Parse("198.51.100.7"));
    private static readonly ClientAddress Stranger = ClientAddress.From(IPAddress.Parse("203.0.113.9"));

    private readonly LimiterTable _table = LimiterTable.Create(1 << 20, 7);
    private readonly DecisionStatistics _statistics = new(1);
    private readonly PolicyEngine _engine;
    private readonly DecisionHandler _handler;

    public DecisionHandlerTests()
    {
        _engine = new PolicyEngine(_table, 1);
        _handler = new DecisionHandler(_engine, _statistics, 1);
    }

    public void Dispose() => _table.Dispose();

    [Theory]
    [InlineData("POST", "/v1/decision", "X-Original-Method: PUT|X-Original-URI: /pay/7?x=1|X-Original-Host: api.example.com")]
    [InlineData("GET", "/v1/decision", "X-Forwarded-Method: PUT|X-Forwarded-Uri: /pay/7|X-Forwarded-Host: API.example.com:443")]
    [InlineData("PUT", "/v1/decision/pay/7", "Host: api.example.com")]
    [InlineData("POST", "/v1/decision", "X-Original-Method: PUT|X-Original-URI: /x/../%70ay//7|X-Original-Host: api.example.com")]
    [InlineData("GET", "/v1/decision", "X-Original-Method: PUT|X-Original-URI: /pay/7|X-Original-Host: api.example.com|X-Forwarded-Method: GET|X-Forwarded-Uri: /")]
    public void TheRequestAskedAboutIsFoundWhereverTheGatewayPutsIt(string method, string target, string headers)
    {
        Apply("""{"pathPrefix": "/pay", "methods": ["PUT"], "hosts": ["api.example.com"]}""", burst: 1);
        Assert.Equal(200, Ask(method, target, Gateway, headers).Status);
        FakeExchange second = Ask(method, target, Gateway, headers);
        Assert.Equal(429, second.Status);
        Assert.Contains("X-Appliance-Reason: token_bucket_exceeded\r\n", second.HeaderText, StringComparison.Ordinal);
        Assert.Matches("Retry-After: [0-9]+\r\n", second.HeaderText);
        Assert.Empty(second.BodyText);
    }

    [Theory]
    [InlineData("X-Original-URI: /pay")]
    [InlineData("X-Original-Method: GET")]
    [InlineData("X-Original-Host: api.example.com")]
    public void AStrangersOriginalIsForbiddenAndCounted(string header)
    {
        Apply("""{"pathPrefix": "/"}""", burst: 1);
        Assert.Equal(403, Ask("POST", "/v1/decision", Stranger, header).Status);
        Assert.Equal(1, _statistics.RefusedBy(DecisionFault.Untrusted));
        Assert.Equal(200, Ask("GET", "/v1/decision", Stranger, "").Status); // nothing was consumed
    }

    [Fact]
    public void AStrangersForwardedHeadersAreNotBelieved()
    {
        Apply("""{"pathPrefix": "/pay"}""", burst: 1);
        for (int time = 0; time < 3; time++)
        {
            Assert.Equal(200, Ask("GET", "/v1/decision/free", Stranger, "X-Forwarded-Uri: /pay|X-Forwarded-For: 192.0.2.1").Status);
        }
    }

    [Fact]
    public void TheLimitIsTheClientsBehindTheGateway()
    {
        Apply("""{"pathPrefix": "/"}""", burst: 1);
        Assert.Equal(200, Ask("GET", "/v1/decision/a", Gateway, "X-Forwarded-For: 192.0.2.1").Status);
        Assert.Equal(429, Ask("GET", "/v1/decision/a", Gateway, "X-Forwarded-For: 192.0.2.1").Status);
        Assert.Equal(200, Ask("GET", "/v1/decision/a", Gateway, "X-Forwarded-For: 192.0.2.2").Status);
    }

    [Fact]
    public void WithoutABundleTheAnswerIs503WithItsReason()
    {
        FakeExchange answer = Ask("GET", "/v1/decision/a", Gateway, "");
        Assert.Equal(503, answer.Status);
        Assert.Contains("X-Appliance-Reason: no_bundle_loaded\r\n", answer.HeaderText, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("X-Original-URI: no-slash", 400)]
    [InlineData("X-Original-URI: /%zz", 400)]
    [InlineData("X-Original-URI: LONG", 414)]
    public void AUriThatIsNoneIsRefusedNotGuessed(string header, int status)
    {
        Apply("""{"pathPrefix": "/"}""", burst: 1);
        string headers = header.Replace("LONG", "/" + new string('a', DecisionContext.MaximumTargetBytes), StringComparison.Ordinal);
        Assert.Equal(status, Ask("GET", "/v1/decision", Gateway, headers).Status);
    }

    [Fact]
    public void TheLatencyIsMeasured()
    {
        Apply("""{"pathPrefix": "/"}""", burst: 1);
        Assert.Matches(@"X-Appliance-Latency-Us: \d+\.\d\r\n$", Ask("GET", "/v1/decision/a", Gateway, "").HeaderText);
        Assert.Equal(1, _statistics.Durations().Counts.Sum());
        Assert.True(_statistics.Durations().SumSeconds > 0);
    }

    [Fact]
    public void AllowingAllocatesNothing()
    {
        Apply("""{"pathPrefix": "/"}""", burst: 10_000);
        var exchange = new FakeExchange(
            "GET", "/v1/decision", Gateway, ("X-Original-URI", "/pay/7?x=1"), ("X-Original-Host", "api.example.com"), ("X-Forwarded-For", "192.0.2.1"));
        for (int warm = 0; warm < 2_000; warm++) Decide(exchange);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int time = 0; time < 1_000; time++) Decide(exchange);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.Equal(200, exchange.Status);
    }

    private void Decide(FakeExchange exchange)
    {
        exchange.Reset();
        ValueTask done = _handler.HandleAsync(exchange);
        Assert.True(done.IsCompletedSuccessfully);
    }

    private FakeExchange Ask(string method, string target, ClientAddress peer, string headers)
    {
        (string, string)[] fields = [.. headers.Split('|', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => line.Split(": ", 2))
            .Select(parts => (parts[0], parts[1]))];
        var exchange = new FakeExchange(method, target, peer, fields);
        Decide(exchange);
        return exchange;
    }

    private void Apply(string selector, int burst)
    {
        string text = DaemonUnderTest.BundleText(1, burst).Replace("""{"pathPrefix": "/"}""", selector, StringComparison.Ordinal);
        BundleReadResult result = PolicyBundleReader.Read(Encoding.UTF8.GetBytes(text), DateTimeOffset.UnixEpoch);
        Assert.Empty(result.Errors);
        _engine.Apply(result.Snapshot!);
    }
}
