namespace Limiter.Tests.Support;

/// <summary>A sound bundle that uses every field of the format once, so that a test can break any of them and knows the place.</summary>
internal static class CompleteBundle
{
    public const string Text = """
        {
          "bundle_version": 7.5,
          "issued_at": "2026-01-01T00:00:00Z",
          "expires_at": "2027-01-01T00:00:00Z",
          "defaults": {},
          "instance_share": "1/2",
          "compatibility": "fairvisor",
          "kill_switches": [
            {
              "scope_key": "header:X-Api_Key",
              "scope_value": "leaked",
              "route": "/v1/pay",
              "reason": "leak",
              "expires_at": "2026-02-03T15:00:00Z"
            },
            { "selector": { "pathPrefix": "/old", "hosts": ["*.legacy.example"] } },
            { "scope_key": "ip:address", "scope_value": "192.0.2.66" }
          ],
          "global_shadow": {
            "enabled": true,
            "reason": "trial",
            "expires_at": "2026-03-01T00:00:00Z"
          },
          "kill_switch_override": { "enabled": false },
          "policies": [
            {
              "id": "b-llm",
              "spec": {
                "selector": {
                  "pathPrefix": "/v1/chat",
                  "pathExact": "/v1/completions",
                  "methods": ["POST", "PUT"],
                  "hosts": ["api.example.com:8443", "*.example.org."]
                },
                "mode": "shadow",
                "on_table_full": "closed",
                "on_partition": "share",
                "instance_share": "1/1",
                "loop_detection": {
                  "enabled": true,
                  "window_seconds": 60,
                  "threshold_identical_requests": 10,
                  "action": "throttle",
                  "similarity": "exact"
                },
                "circuit_breaker": {
                  "enabled": true,
                  "spend_rate_threshold_per_minute": 100.5,
                  "action": "reject",
                  "auto_reset_after_minutes": 5,
                  "alert": true
                },
                "rules": [
                  {
                    "name": "tokens",
                    "limit_keys": ["jwt:org_id", "ip:asn", "ua:bot", "ua:bot_category"],
                    "match": { "jwt:plan": "", "header:X_Tier": "gold", "query:n": 5, "ip:tor": false },
                    "algorithm": "token_bucket_llm",
                    "algorithm_config": {
                      "tokens_per_minute": 6000,
                      "tokens_per_day": 1000000,
                      "burst_tokens": 9000,
                      "max_tokens_per_request": 8000,
                      "max_prompt_tokens": 4000,
                      "max_completion_tokens": 3000,
                      "default_max_completion": 500,
                      "token_source": { "estimator": "header_hint" },
                      "streaming": {
                        "enabled": true,
                        "enforce_mid_stream": false,
                        "buffer_tokens": 50,
                        "on_limit_exceeded": "error_chunk",
                        "include_partial_usage": false
                      }
                    }
                  }
                ]
              }
            },
            {
              "id": "a-plain",
              "spec": {
                "selector": { "pathPrefix": "/v1" },
                "rules": [
                  {
                    "name": "rate",
                    "limit_keys": ["jwt:org_id", "ip:country", "ip:type"],
                    "on_missing": "shared",
                    "algorithm": "token_bucket",
                    "algorithm_config": {
                      "tokens_per_second": 10,
                      "burst": 20,
                      "cost_source": "header:X-Cost",
                      "fixed_cost": 1,
                      "default_cost": 2
                    },
                    "overrides": {
                      "acme": {
                        "rps": 100,
                        "burst": 200
                      }
                    }
                  },
                  {
                    "name": "budget",
                    "limit_keys": ["ip:address"],
                    "algorithm": "cost_based",
                    "algorithm_config": {
                      "budget": 200,
                      "period": "1mo",
                      "cost_key": "query:cost",
                      "fixed_cost": 3,
                      "default_cost": 4,
                      "staged_actions": [
                        { "threshold_percent": 100, "action": "reject" },
                        { "threshold_percent": 95, "action": "throttle", "delay_ms": 250 },
                        { "threshold_percent": 80, "action": "warn" }
                      ]
                    },
                    "overrides": {
                      "192.0.2.1": {
                        "budget": 1000, "period": "1d", "staged_actions": [{ "threshold_percent": 100, "action": "reject" }]
                      }
                    }
                  }
                ],
                "fallback_limit": {
                  "limit_keys": [],
                  "algorithm": "concurrency",
                  "algorithm_config": {
                    "limit": 9,
                    "retry_after_seconds": 3
                  }
                }
              }
            }
          ]
        }
        """;

    /// <summary>
    /// The text with one change. The replacement marks the beginning of the value that should be reported with `@`, which is taken out again.
    /// </summary>
    /// <param name="find">Occurs exactly once.</param>
    /// <param name="replacement">With one `@`.</param>
    /// <param name="line">Of the mark, from 1.</param>
    /// <param name="column">Of the mark, from 1.</param>
    public static string Broken(string find, string replacement, out int line, out int column)
    {
        int at = Text.IndexOf(find, StringComparison.Ordinal);
        if (at < 0 || Text.IndexOf(find, at + 1, StringComparison.Ordinal) >= 0) throw new ArgumentException($"not exactly once in the bundle: {find}");
        string marked = Text.Replace(find, replacement, StringComparison.Ordinal);
        int mark = marked.IndexOf('@', StringComparison.Ordinal);
        line = marked.AsSpan(0, mark).Count('\n') + 1;
        column = mark - (marked.AsSpan(0, mark).LastIndexOf('\n') + 1) + 1;
        return marked.Remove(mark, 1);
    }
}
