using Appliance.Limiter;
using Limiter.Tests.Support;

namespace Limiter.Tests.Evaluation;

/// <summary>Random policies of every kind, and random requests that meet them: few keys and small limits, so that all limits are reached.</summary>
internal sealed class RequestSource(int seed)
{
    private const int Keys = 3;
    private readonly Random _random = new(seed);

    /// <summary>A policy with some rules of random kinds, breaker and fallback included; never loop detection, whose hits count even on a reject.</summary>
    public string Policy(string id, string more = "")
    {
        string rules = string.Join(',', Enumerable.Range(0, _random.Next(1, 4)).Select(i => Rule($"r{i}")));
        if (_random.Next(3) == 0)
            more += $$""" "circuit_breaker": {"enabled": true, "spend_rate_threshold_per_minute": {{_random.Next(20, 60)}}, "auto_reset_after_minutes": 1},""";
        if (_random.Next(3) == 0) more += $$""" "fallback_limit": {{Rule("fallback")}}, """;
        return Bundle.Policy(id, rules, """{"pathPrefix": "/v1"}""", more);
    }

    public FakeRequest Request()
    {
        FakeRequest request = new FakeRequest("/v1") { Llm = new LlmRequestNumbers(_random.Next(30), _random.Next(30), 0) }
            .With("cost", $"{_random.Next(1, 6)}").WithClaim("org", $"org{_random.Next(Keys)}");
        if (_random.Next(2) == 0) request = request.With("key", $"{_random.Next(Keys)}");
        if (_random.Next(2) == 0) request = request.With("tier", _random.Next(2) == 0 ? "gold" : "free");
        return request;
    }

    /// <summary>Mostly some seconds forwards; sometimes nothing, a new day, or backwards on either clock.</summary>
    public void Pass(params ReadOnlySpan<EngineUnderTest> engines)
    {
        int kind = _random.Next(12);
        long ms = _random.Next(0, 4000);
        foreach (EngineUnderTest under in engines)
        {
            if (kind < 6) under.Pass(TimeSpan.FromMilliseconds(ms));
            else if (kind == 6) under.Pass(TimeSpan.FromMinutes(ms / 500.0));
            else if (kind == 7) under.NowNs -= ms * 1_000_000;
            else if (kind == 8) under.UnixMs -= ms;
        }
    }

    public int Next(int max) => _random.Next(max);

    private string Rule(string name)
    {
        string keys = _random.Next(3) switch { 0 => "", 1 => "\"header:key\"", _ => "\"jwt:org\"" };
        string more = _random.Next(3) switch { 0 => """ "match": {"header:tier": "gold"},""", 1 => """ "on_missing": "shared",""", _ => "" };
        return _random.Next(4) switch
        {
            0 => Bundle.Rule(name, Bundle.Bucket($"{_random.Next(1, 4)}", $"{_random.Next(5, 15)}", """, "cost_source": "header:cost" """), keys, more),
            1 => Bundle.Budget(
                name, $"{_random.Next(10, 40)}", "5m", keys,
                """{"threshold_percent": 50, "action": "warn"}, {"threshold_percent": 70, "action": "throttle", "delay_ms": 20},""", more),
            2 => Bundle.Llm(name, $$"""{"tokens_per_minute": {{_random.Next(60, 200)}}, "tokens_per_day": {{_random.Next(200, 500)}}, "max_prompt_tokens": 28}""", keys, more),
            _ => Bundle.Concurrency(name, _random.Next(1, 4), keys, more),
        };
    }
}
