using System.Net;
using System.Text;
using Appliance.Admin;
using Appliance.Limiter;
using Appliance.Limiter.DebugSessions;
using Appliance.Tests.Hosting;
using TestSupport;

namespace Appliance.Tests.Admin;

/// <summary>A debug session from login to logout, as the admin address and the decision API serve it.</summary>
public sealed class DebugSessionHandlerTests : IDisposable
{
    private const string Secret = "correct horse battery";
    private static readonly ClientAddress Gateway = ClientAddress.From(IPAddress.Parse("198.51.100.7"));

    private readonly LimiterTable _table = LimiterTable.Create(1 << 20, 7);
    private readonly DecisionStatistics _statistics = new(1);
    private readonly VirtualClock _clock = new();
    private readonly PolicyEngine _engine;
    private readonly DebugSessionHandler _sessions;
    private readonly DecisionHandler _decisions;

    public DebugSessionHandlerTests()
    {
        _engine = new PolicyEngine(_table, 1);
        _sessions = new DebugSessionHandler(_engine, _statistics, _clock);
        _decisions = new DecisionHandler(_engine, _statistics, new DelayedRequests(), 1, _clock);
        Use(PolicyCompatibility.None);
        Apply();
    }

    public void Dispose() => _table.Dispose();

    [Fact]
    public void TheSecretBuysACookieThatShowsWhyAndItExpires()
    {
        FakeExchange login = Post("/v1/debug/session", ("X-Appliance-Debug-Secret", Secret));
        Assert.Equal(204, login.Status);
        Assert.Empty(login.BodyText);
        Assert.Contains("Path=/; Max-Age=900; HttpOnly; Secure; SameSite=Strict\r\n", login.HeaderText, StringComparison.Ordinal);
        string value = ValueOf(login);
        Assert.Equal(1, _statistics.SessionsBegun);

        string shown = Ask(("Cookie", $"other=1; fv_dbg={value}"));
        Assert.Contains("X-Appliance-Decision: allow\r\n", shown, StringComparison.Ordinal);
        Assert.Contains("X-Appliance-Debug-Policy: all\r\n", shown, StringComparison.Ordinal);
        Assert.Contains("RateLimit: \"all\";", shown, StringComparison.Ordinal);
        Assert.Contains("X-Appliance-Debug-Policy: all\r\n", Ask(("X-Appliance-Debug", value)), StringComparison.Ordinal);

        Assert.DoesNotContain("Debug", Ask(("Cookie", "fv_dbg=1.x")), StringComparison.Ordinal);
        Assert.DoesNotContain("Debug", Ask(("X-Fairvisor-Debug", value)), StringComparison.Ordinal);
        _clock.Advance(TimeSpan.FromSeconds(DebugSessionKey.LifetimeSeconds));
        Assert.DoesNotContain("Debug", Ask(("X-Appliance-Debug", value)), StringComparison.Ordinal);
    }

    [Fact]
    public void WithoutTheCookieNamesStayHidden()
    {
        string shown = Ask();
        Assert.Contains("RateLimit: \"default\";", shown, StringComparison.Ordinal);
        Assert.DoesNotContain("all", shown, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("wrong")]
    [InlineData("")]
    [InlineData(null)]
    [InlineData(Secret + "x")]
    public void AWrongSecretIsForbiddenAndCounted(string? secret)
    {
        FakeExchange login = Post("/v1/debug/session", secret is null ? [] : [("X-Appliance-Debug-Secret", secret)]);
        Assert.Equal(403, login.Status);
        Assert.Equal("""{"error":"debug_secret_invalid"}""", login.BodyText);
        Assert.Equal("application/json", login.ContentType);
        Assert.DoesNotContain("Set-Cookie", login.HeaderText, StringComparison.Ordinal);
        Assert.Equal(1, _statistics.SessionsRefused);
    }

    [Fact]
    public void LogoutClearsTheCookie()
    {
        FakeExchange logout = Post("/v1/debug/logout");
        Assert.Equal(204, logout.Status);
        Assert.Contains("Set-Cookie: fv_dbg=; Path=/; Max-Age=0;", logout.HeaderText, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/v1/debug/session")]
    [InlineData("/v1/debug/logout")]
    public void WithoutASecretThereIsNoSuchPlaceAndOnlyPostIsTaken(string path)
    {
        var get = new FakeExchange("GET", path, Gateway);
        Assert.True(_sessions.TryHandle(get));
        Assert.Equal(405, get.Status);
        Assert.Contains("Allow: POST\r\n", get.HeaderText, StringComparison.Ordinal);
        _engine.Use(new EngineSettings());
        Assert.Equal(404, Post(path, ("X-Appliance-Debug-Secret", Secret)).Status);
        Assert.False(_sessions.TryHandle(new FakeExchange("POST", "/v1/debug", Gateway)));
    }

    [Fact]
    public void CompatibilityTakesAndGivesTheOtherNames()
    {
        Use(PolicyCompatibility.Fairvisor);
        string value = ValueOf(Post("/v1/debug/session", ("X-Fairvisor-Debug-Secret", Secret)));
        string shown = Ask(("X-Fairvisor-Debug", value));
        Assert.Contains("X-Fairvisor-Debug-Decision: allow\r\n", shown, StringComparison.Ordinal);
        Assert.DoesNotContain("X-Appliance-", shown, StringComparison.Ordinal);
    }

    private static string ValueOf(FakeExchange login) => login.HeaderText.Split("fv_dbg=")[1].Split(';')[0];

    private FakeExchange Post(string path, params (string, string)[] headers)
    {
        var exchange = new FakeExchange("POST", path, Gateway, headers);
        Assert.True(_sessions.TryHandle(exchange));
        return exchange;
    }

    private string Ask(params (string, string)[] headers)
    {
        var exchange = new FakeExchange("GET", "/v1/decision/pay", Gateway, headers);
        ValueTask done = _decisions.HandleAsync(exchange);
        Assert.True(done.IsCompletedSuccessfully);
        Assert.Equal(200, exchange.Status);
        return exchange.HeaderText;
    }

    private void Use(PolicyCompatibility compatibility) =>
        _engine.Use(new EngineSettings { DebugKey = new DebugSessionKey(Encoding.ASCII.GetBytes(Secret)), Compatibility = compatibility });

    private void Apply()
    {
        BundleReadResult result = PolicyBundleReader.Read(Encoding.UTF8.GetBytes(DaemonUnderTest.BundleText(1, 100)), _clock.GetUtcNow());
        Assert.Empty(result.Errors);
        _engine.Apply(result.Snapshot!);
    }
}
