using System.Net;
using System.Text;
using Appliance.Admin;
using Appliance.Hosting;
using Appliance.Limiter;
using Appliance.Policies;
using Microsoft.Extensions.Logging.Abstractions;
using TestSupport;

namespace Appliance.Tests.Admin;

/// <summary>Every family about policies is there after what feeds it has happened in a real engine, under our names and under the reference's.</summary>
public sealed class PolicyMetricsTests : IDisposable
{
    private const string Text = """
        {"bundle_version": 7.5, "policies": [
          {"id": "pay", "spec": {"selector": {"pathPrefix": "/pay", "pathExact": "/refund"}, "rules": [
            {"name": "tenant", "limit_keys": ["header:x-tenant"], "algorithm": "token_bucket", "algorithm_config": {"tokens_per_second": 1, "burst": 3}}]}},
          {"id": "spend", "spec": {"selector": {"pathExact": "/spend"}, "rules": [
            {"name": "hour", "limit_keys": [], "algorithm": "cost_based", "algorithm_config": {"budget": 100, "period": "1h", "staged_actions": [
              {"threshold_percent": 0, "action": "throttle", "delay_ms": 5}, {"threshold_percent": 100, "action": "reject"}]}}]}},
          {"id": "model", "spec": {"selector": {"pathPrefix": "/v1/chat"}, "rules": [
            {"name": "tokens", "limit_keys": [], "algorithm": "token_bucket_llm", "algorithm_config": {"tokens_per_minute": 6000, "tokens_per_day": 50000,
              "default_max_completion": 1000, "token_source": {"estimator": "header_hint"}}}]}},
          {"id": "loops", "spec": {"selector": {"pathExact": "/again"}, "rules": [],
            "loop_detection": {"enabled": true, "window_seconds": 60, "threshold_identical_requests": 2, "action": "reject"}}},
          {"id": "fuse", "spec": {"selector": {"pathExact": "/fuse"}, "rules": [
            {"name": "all", "limit_keys": [], "algorithm": "token_bucket", "algorithm_config": {"tokens_per_second": 100, "burst": 100}}],
            "circuit_breaker": {"enabled": true, "spend_rate_threshold_per_minute": 2, "auto_reset_after_minutes": 5}}},
          {"id": "trial", "spec": {"selector": {"pathExact": "/trial"}, "mode": "shadow", "rules": [
            {"name": "one", "limit_keys": [], "algorithm": "token_bucket", "algorithm_config": {"tokens_per_second": 0.001, "burst": 1}}]}}],
         "kill_switches": [{"scope_key": "header:x-tenant", "scope_value": "gone"}]}
        """;

    private static readonly ClientAddress Gateway = ClientAddress.From(IPAddress.Parse("198.51.100.7"));

    private readonly LimiterTable _table = LimiterTable.Create(1 << 20, 7);
    private readonly DecisionStatistics _statistics = new(2);
    private readonly VirtualClock _clock = new();
    private readonly PolicyEngine _engine;
    private readonly DecisionHandler _handler;

    public PolicyMetricsTests()
    {
        _engine = new PolicyEngine(_table, 2);
        _handler = new DecisionHandler(_engine, _statistics, new DelayedRequests { Limit = 10 }, 2, _clock);
        Apply("");
        Ask("/pay", "x-tenant: acme");
        Ask("/pay");
        for (int time = 0; time < 2; time++)
        {
            Ask("/again");
            Ask("/fuse");
            Ask("/trial");
        }

        Ask("/spend");
        Ask("/nowhere");
        Ask("/nowhere", "x-tenant: gone");
        Ask("/pay", "x-original-host: a b");
        for (int time = 0; time < 3; time++) Ask("/refund", "x-tenant: acme");
        AskModel(used: 500);
    }

    public void Dispose() => _table.Dispose();

    [Theory]
    [InlineData("appliance_decisions_total{action=\"reject\",reason=\"token_bucket_exceeded\",policy=\"pay\",rule=\"tenant\",mode=\"enforce\"} 1")]
    [InlineData("appliance_decisions_total{action=\"allow\",reason=\"no_matching_policy\",policy=\"\",rule=\"\",mode=\"enforce\"} 1")]
    [InlineData("appliance_decisions_total{action=\"reject\",reason=\"token_bucket_exceeded\",policy=\"trial\",rule=\"one\",mode=\"shadow\"} 1")]
    [InlineData("appliance_requests_rejected_total{reason=\"loop_detected\",policy=\"loops\",rule=\"loop_detection\"} 1")]
    [InlineData("appliance_requests_rejected_total{reason=\"kill_switch\",policy=\"\",rule=\"\"} 1")]
    [InlineData("appliance_shadow_rejections_total{reason=\"token_bucket_exceeded\",policy=\"trial\",rule=\"one\"} 1")]
    [InlineData("appliance_requests_delayed_total{reason=\"budget_throttle\",policy=\"spend\",rule=\"hour\"} 1")]
    [InlineData("appliance_decision_duration_seconds_count 14")]
    [InlineData("appliance_decision_duration_seconds_bucket{le=\"+Inf\"} 14")]
    [InlineData("appliance_retry_after_seconds_bucket{le=\"1\"} 0")]
    [InlineData("appliance_retry_after_seconds_bucket{le=\"+Inf\"} 4")]
    [InlineData("appliance_decision_requests_total 15")]
    [InlineData("appliance_decision_refused_total{reason=\"bad_host\"} 1")]
    [InlineData("appliance_debug_sessions_total{result=\"refused\"} 0")]
    [InlineData("appliance_override_decisions_total{override=\"global_shadow\"} 0")]
    [InlineData("appliance_limiter_results_total{algorithm=\"token_bucket\",allowed=\"false\"} 2")]
    [InlineData("appliance_limiter_results_total{algorithm=\"cost_based\",allowed=\"true\"} 1")]
    [InlineData("appliance_limit_remaining{policy=\"pay\",rule=\"tenant\"} 0")]
    [InlineData("appliance_descriptor_missing_total{key=\"header:x-tenant\",policy=\"pay\"} 1")]
    [InlineData("appliance_policy_evaluations_total{policy=\"loops\"} 2")]
    [InlineData("appliance_loop_detected_total{policy=\"loops\"} 1")]
    [InlineData("appliance_circuit_open{policy=\"fuse\"} 1")]
    [InlineData("appliance_circuit_opened_total{policy=\"fuse\"} 1")]
    [InlineData("appliance_llm_tokens_total{type=\"reserved\",policy=\"model\",rule=\"tokens\"} 1000")]
    [InlineData("appliance_llm_tokens_total{type=\"actual\",policy=\"model\",rule=\"tokens\"} 500")]
    [InlineData("appliance_llm_tokens_total{type=\"unused\",policy=\"model\",rule=\"tokens\"} 500")]
    [InlineData("appliance_llm_estimation_accuracy_ratio{policy=\"model\",rule=\"tokens\"} 0.5")]
    [InlineData("appliance_llm_tokens_remaining{window=\"minute\",policy=\"model\",rule=\"tokens\"} 5000")]
    [InlineData("appliance_llm_tokens_remaining{window=\"day\",policy=\"model\",rule=\"tokens\"} 49000")]
    [InlineData("appliance_kill_switches_active 1")]
    [InlineData("appliance_global_shadow_active 0")]
    [InlineData("appliance_policies 6")]
    [InlineData("appliance_delayed_requests 3")]
    [InlineData("appliance_limiter_slots{state=\"used\"} ", true)]
    public void OurFamiliesSayWhatHappened(string line, bool isPrefix = false)
    {
        string[] page = Page(PolicyCompatibility.None).Split('\n');
        Assert.Contains(page, one => isPrefix ? one.StartsWith(line, StringComparison.Ordinal) : one == line);
        Assert.DoesNotContain(page, one => one.StartsWith("fairvisor_", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("fairvisor_decisions_total{action=\"reject\",policy=\"pay\",reason=\"token_bucket_exceeded\",route=\"/refund|/pay/*\"} 1")]
    [InlineData("fairvisor_decisions_total{action=\"allow\",policy=\"\",reason=\"no_matching_policy\",route=\"\"} 1")]
    [InlineData("fairvisor_requests_rejected_total{policy=\"loops\",reason=\"loop_detected\"} 1")]
    [InlineData("fairvisor_no_bundle_loaded 0")]
    [InlineData("fairvisor_decision_duration_seconds_count 14")]
    [InlineData("fairvisor_ratelimit_remaining{policy=\"pay\",route=\"/refund|/pay/*\",window=\"request\"} 0")]
    [InlineData("fairvisor_tokens_consumed_total{policy=\"model\",route=\"/v1/chat/*\",type=\"reserved\"} 1000")]
    [InlineData("fairvisor_tokens_remaining{policy=\"model\",route=\"/v1/chat/*\",window=\"tpd\"} 49000")]
    [InlineData("fairvisor_token_estimation_accuracy_ratio{estimator=\"header_hint\",route=\"/v1/chat/*\"} 0.5")]
    [InlineData("fairvisor_token_reservation_unused_total{route=\"/v1/chat/*\"} 500")]
    [InlineData("fairvisor_loop_detected_total{route=\"/again\"} 1")]
    [InlineData("fairvisor_circuit_state{target=\"fuse\"} 1")]
    [InlineData("fairvisor_kill_switch_active{scope=\"request\"} 1")]
    [InlineData("fairvisor_shadow_mode_active{scope=\"request\"} 0")]
    [InlineData("fairvisor_global_shadow_active 0")]
    [InlineData("fairvisor_kill_switch_override_active 0")]
    [InlineData("fairvisor_saas_disconnected_seconds 0")]
    [InlineData("fairvisor_bundle_version 7.5")]
    [InlineData("fairvisor_build_info{version=\"1.2.3\"} 1")]
    [InlineData("fairvisor_handler_invocations_total 15")]
    [InlineData("fairvisor_descriptor_missing_total{key=\"header:x-tenant\"} 1")]
    [InlineData("fairvisor_route_matches_total{matched=\"false\"} 1")]
    [InlineData("fairvisor_route_matches_total{matched=\"true\"} 13")]
    [InlineData("fairvisor_policy_evaluations_total{policy_id=\"fuse\"} 2")]
    [InlineData("fairvisor_evaluate_errors_total{reason=\"bad_host\"} 1")]
    [InlineData("fairvisor_limiter_result_total{algorithm=\"token_bucket_llm\",allowed=\"true\"} 1")]
    [InlineData("fairvisor_retry_after_bucket_total{bucket=\"le_1\"} 0")]
    [InlineData("fairvisor_retry_after_bucket_total{bucket=\"gt_3600\"} 1")]
    [InlineData("fairvisor_global_shadow_decisions_total{mode=\"runtime_override\"} 0")]
    [InlineData("fairvisor_kill_switch_override_skips_total 0")]
    public void CompatibilityAddsTheNamesOfTheReference(string line) => Assert.Contains(line, Page(PolicyCompatibility.Fairvisor).Split('\n'));

    [Fact]
    public void BothAreWellFormed() => MetricsDocumentTests.AssertWellFormed(Page(PolicyCompatibility.Fairvisor));

    [Fact]
    public void NothingThatAClientSentIsALabel()
    {
        string page = Page(PolicyCompatibility.Fairvisor);
        foreach (string sent in new[] { "acme", "gone", "nowhere", "198.51.100.7" }) Assert.DoesNotContain(sent, page, StringComparison.Ordinal);
    }

    [Fact]
    public void ANewBundleReplacesTheSeriesOfTheOldAndOverridesShow()
    {
        string hash = _engine.Current!.Sha256;
        const string Until = "\"expires_at\": \"2026-02-03T15:00:00Z\"";
        Apply($$""", "global_shadow": {"enabled": true, "reason": "trial", {{Until}}}, "kill_switch_override": {"enabled": true, "reason": "trial", {{Until}}}""");
        Ask("/nowhere", "x-tenant: gone");
        string[] page = Page(PolicyCompatibility.None).Split('\n');
        Assert.DoesNotContain(hash, string.Join('\n', page), StringComparison.Ordinal);
        Assert.Contains($"appliance_bundle_info{{version=\"7.5\",hash=\"{_engine.Current!.Sha256}\"}} 1", page);
        Assert.Contains("appliance_global_shadow_active 1", page);
        Assert.Contains("appliance_kill_switch_override_active 1", page);
        Assert.Contains("appliance_kill_switches_active 0", page);
        Assert.Contains("appliance_override_decisions_total{override=\"global_shadow\"} 1", page);
        Assert.Contains("appliance_override_decisions_total{override=\"kill_switch_override\"} 1", page);
        _clock.Advance(TimeSpan.FromHours(1));
        Assert.Contains("appliance_global_shadow_active 0", Page(PolicyCompatibility.None).Split('\n'));
        Assert.Contains("appliance_circuit_open{policy=\"fuse\"} 0", Page(PolicyCompatibility.None).Split('\n'));
    }

    /// <summary>As many lines after many requests of many clients as before: the page does not grow with traffic.</summary>
    [Fact]
    public void ThePageDoesNotGrowWithTraffic()
    {
        int before = Page(PolicyCompatibility.Fairvisor).Split('\n').Length;
        for (int client = 0; client < 500; client++) Ask($"/pay/{client}", $"x-tenant: t{client}");
        Assert.Equal(before, Page(PolicyCompatibility.Fairvisor).Split('\n').Length);
    }

    private string Page(PolicyCompatibility compatibility) => MetricsDocumentTests.Page(Snapshot() with { Compatibility = compatibility });

    private DaemonSnapshot Snapshot()
    {
        DaemonSnapshot single = SampleDaemon.Single();
        return single with
        {
            At = _clock.GetUtcNow(),
            Decisions = _statistics,
            Bundle = _engine.Current,
            Overrides = new OverrideDesk(_engine, "never read", _clock, NullLogger.Instance).Active(),
            PolicyFile = new PolicyFileStatus { LoadedAt = _clock.GetUtcNow(), Applied = 1 },
            PolicyStatistics = _engine.GetStatistics(),
            Table = _table.GetStatus(),
            Proxy = single.Proxy with { DelayedRequests = 3 },
        };
    }

    private void Ask(string path, string header = "")
    {
        (string, string)[] fields = header.Length == 0 ? [] : [(header.Split(": ")[0], header.Split(": ")[1])];
        ValueTask answered = _handler.HandleAsync(new FakeExchange("GET", "/v1/decision" + path, Gateway, fields));
        if (!answered.IsCompleted) _clock.Advance(TimeSpan.FromMilliseconds(5));
    }

    /// <summary>As the proxy does, which reads the response.</summary>
    private void AskModel(long used)
    {
        var exchange = new FakeExchange("POST", "/v1/decision/v1/chat", Gateway);
        PolicyTurn turn = _engine.Enter(1);
        byte[] scratch = new byte[DecisionContext.ScratchBytes];
        long unixMs = _clock.GetUtcNow().ToUnixTimeMilliseconds();
        Assert.Equal(DecisionFault.None, DecisionContext.TryRead(exchange, scratch, turn.Describer, unixMs, out DecisionView view));
        Decision decision = turn.Decide(in view, exchange.NowNs, unixMs);
        _engine.Settle(decision.Lease, used, exchange.NowNs, 1);
        DecisionLease lease = decision.Lease;
        _engine.Release(ref lease, exchange.NowNs, 1);
    }

    private void Apply(string more)
    {
        string text = more.Length == 0 ? Text : Text.TrimEnd()[..^1] + more + "}";
        BundleReadResult result = PolicyBundleReader.Read(Encoding.UTF8.GetBytes(text), _clock.GetUtcNow());
        Assert.Empty(result.Errors);
        _engine.Apply(result.Snapshot!);
    }
}
