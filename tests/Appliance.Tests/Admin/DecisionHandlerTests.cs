using System.Net;
using System.Text;
using Appliance.Admin;
using Appliance.Limiter;
using Appliance.Tests.Hosting;
using TestSupport;

namespace Appliance.Tests.Admin;

public sealed class DecisionHandlerTests : IDisposable
{
    private static readonly ClientAddress Gateway = ClientAddress.From(IPAddress.Parse("198.51.100.7"));
    private static readonly ClientAddress Stranger = ClientAddress.From(IPAddress.Parse("203.0.113.9"));

    private readonly LimiterTable _table = LimiterTable.Create(1 << 20, 7);
    private readonly DecisionStatistics _statistics = new(1);
    private readonly DelayedRequests _delayed = new() { Limit = 1 };
    private readonly VirtualClock _clock = new();
    private readonly PolicyEngine _engine;
    private readonly DecisionHandler _handler;

    public DecisionHandlerTests()
    {
        _engine = new PolicyEngine(_table, 1);
        _handler = new DecisionHandler(_engine, _statistics, _delayed, 1, _clock);
    }

    public void Dispose() => _table.Dispose();

    [Theory]
    [InlineData("POST", "/v1/decision", "X-Original-Method: PUT|X-Original-URI: /pay/7?x=1|X-Original-Host: api.example.com")]
    [InlineData("GET", "/v1/decision", "X-Forwarded-Method: PUT|X-Forwarded-Uri: /pay/7|X-Forwarded-Host: API.example.com:443")]
    [InlineData("PUT", "/v1/decision/pay/7", "Host: api.example.com")]
    [InlineData("PUT", "/v1/decision/x/../pay/7?y=1", "Host: api.example.com")]
    [InlineData("PUT", "/v1/decision/pay/%37", "X-Forwarded-Host: api.example.com|Host: appliance:9900")]
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

    [Fact]
    public void TheClientsPathBehindTheQuestionLeadsNowhereElse()
    {
        Apply("""{"pathPrefix": "/livez"}""", burst: 1);
        Assert.Equal(200, Ask("GET", "/v1/decision/../../livez", Gateway, "").Status);
        Assert.Equal(429, Ask("GET", "/v1/decision/../../livez", Gateway, "").Status);
        Assert.Equal(429, Ask("GET", "/v1/decision/livez", Gateway, "").Status);
        Assert.False(DecisionContext.IsAsked(new FakeExchange("GET", "/v1/decisions", Gateway)));
    }

    [Fact]
    public void TheRootIsAPathToAskAbout()
    {
        Apply("""{"pathExact": "/"}""", burst: 1);
        Assert.Equal(200, Ask("GET", "/v1/decision/", Gateway, "").Status);
        Assert.Equal(429, Ask("GET", "/v1/decision/", Gateway, "").Status);
    }

    [Theory]
    [InlineData("/v1/decision", "X-Original-URI: /pay?tenant=a&x=1|X-Forwarded-Uri: /pay?tenant=b")]
    [InlineData("/v1/decision?tenant=b", "X-Forwarded-Uri: /pay?tenant=a#tenant=c")]
    [InlineData("/v1/decision/pay?tenant=a", "")]
    public void QueryKeysAreThoseOfTheRequestAskedAbout(string target, string headers)
    {
        Apply("""{"pathExact": "/pay"}""", burst: 1, "query:tenant");
        Assert.Equal(200, Ask("GET", target, Gateway, headers).Status);
        Assert.Equal(429, Ask("GET", "/v1/decision/pay?tenant=a", Gateway, "").Status);
        Assert.Equal(200, Ask("GET", "/v1/decision/pay?tenant=b", Gateway, "").Status);
    }

    [Fact]
    public async Task AThrottledAnswerWaitsAndNoMoreThanAllowedDo()
    {
        const string Stages = """[{"threshold_percent": 0, "action": "throttle", "delay_ms": 250}, {"threshold_percent": 100, "action": "reject"}]""";
        ApplyRule($$$"""{"name": "spend", "limit_keys": [], "algorithm": "cost_based", "algorithm_config": {"budget": 100, "period": "1h", "staged_actions": {{{Stages}}}}}""");
        var first = new FakeExchange("GET", "/v1/decision/a", Gateway);
        Task answered = _handler.HandleAsync(first).AsTask();
        Assert.False(answered.IsCompleted);
        FakeExchange second = Ask("GET", "/v1/decision/a", Gateway, "");
        Assert.Equal(429, second.Status);
        Assert.Contains("X-Appliance-Reason: too_many_delayed\r\n", second.HeaderText, StringComparison.Ordinal);
        _clock.Advance(TimeSpan.FromMilliseconds(250));
        await answered;
        Assert.Equal(200, first.Status);
        Assert.Contains("X-Appliance-Warning: budget_throttle\r\n", first.HeaderText, StringComparison.Ordinal);
        Assert.Equal(0, _delayed.Count);
    }

    [Fact]
    public void ARejectedModelRequestHasTheBodyThatItsLibraryReads()
    {
        ApplyRule("""{"name": "tokens", "limit_keys": [], "algorithm": "token_bucket_llm", "algorithm_config": {"tokens_per_minute": 10, "default_max_completion": 10}}""");
        Assert.Empty(Ask("POST", "/v1/decision/v1/chat/completions", Gateway, "").BodyText);
        FakeExchange second = Ask("POST", "/v1/decision/v1/chat/completions", Gateway, "");
        Assert.Equal(429, second.Status);
        Assert.Equal("application/json", second.ContentType);
        using var json = System.Text.Json.JsonDocument.Parse(second.BodyText);
        Assert.Equal("rate_limit_exceeded", json.RootElement.GetProperty("error").GetProperty("code").GetString());
    }

    [Fact]
    public void RetryAfterHasTheClientsJitter()
    {
        Apply("""{"pathPrefix": "/"}""", burst: 1);
        int RetryAfter(string client)
        {
            for (int time = 0; time < 2; time++)
            {
                FakeExchange answer = Ask("GET", "/v1/decision/a", Gateway, $"X-Forwarded-For: {client}");
                if (answer.Status == 429) return int.Parse(System.Text.RegularExpressions.Regex.Match(answer.HeaderText, "Retry-After: ([0-9]+)").Groups[1].Value, System.Globalization.CultureInfo.InvariantCulture);
            }

            throw new InvalidOperationException("never rejected");
        }

        int[] clients = [.. Enumerable.Range(1, 20).Select(client => RetryAfter($"192.0.2.{client}"))];
        Assert.All(clients, seconds => Assert.InRange(seconds, 1000, 1500));
        Assert.True(clients.Distinct().Count() > 10);
        Assert.Equal(clients[0], RetryAfter("192.0.2.1"));
    }

    [Fact]
    public void CompatibilityRenamesTheHeaders()
    {
        _engine.Use(new EngineSettings { Compatibility = PolicyCompatibility.Fairvisor });
        Apply("""{"pathPrefix": "/"}""", burst: 1);
        Assert.Contains("X-Fairvisor-Latency-Us: ", Ask("GET", "/v1/decision/a", Gateway, "").HeaderText, StringComparison.Ordinal);
        string rejected = Ask("GET", "/v1/decision/a", Gateway, "").HeaderText;
        Assert.Contains("X-Fairvisor-Reason: token_bucket_exceeded\r\n", rejected, StringComparison.Ordinal);
        Assert.DoesNotContain("X-Appliance-", rejected, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("X-Original-URI: no-slash", 400)]
    [InlineData("X-Original-Host: a b", 400)]
    [InlineData("X-Forwarded-Host: api.example.com, other.example.com", 400)]
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
        HistogramCount durations = _engine.GetStatistics().Durations;
        Assert.Equal(1, durations.Counts.Sum());
        Assert.True(durations.Sum > 0);
        Assert.Equal(1, _statistics.Asked);
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

    private void Apply(string selector, int burst, string key = "ip:address") => Apply(
        DaemonUnderTest.BundleText(1, burst)
            .Replace("""{"pathPrefix": "/"}""", selector, StringComparison.Ordinal).Replace("ip:address", key, StringComparison.Ordinal));

    private void ApplyRule(string rule) =>
        Apply($$$"""{"bundle_version": 1, "policies": [{"id": "p", "spec": {"selector": {"pathPrefix": "/"}, "rules": [{{{rule}}}]}}]}""");

    private void Apply(string text)
    {
        BundleReadResult result = PolicyBundleReader.Read(Encoding.UTF8.GetBytes(text), DateTimeOffset.UnixEpoch);
        Assert.Empty(result.Errors);
        _engine.Apply(result.Snapshot!);
    }
}
