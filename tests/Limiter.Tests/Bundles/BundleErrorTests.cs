using Appliance.Limiter;
using Limiter.Tests.Support;

namespace Limiter.Tests.Bundles;

/// <summary>Every mistake that the format knows: what is changed in a sound bundle, and the pointer, line, column and text that it gives.</summary>
public sealed class BundleErrorTests
{
    private const string LlmSpec = "/policies/0/spec";
    private const string LlmRule = LlmSpec + "/rules/0";
    private const string Llm = LlmRule + "/algorithm_config";
    private const string Plain = "/policies/1/spec";
    private const string Bucket = Plain + "/rules/0/algorithm_config";
    private const string Budget = Plain + "/rules/1/algorithm_config";
    private const string Staged = Budget + "/staged_actions";
    private const string Config = "invalid_algorithm_config: ";
    private const string Kill = "kill_switch_invalid: kill_switches";

    public static TheoryData<string, string, string, string> Top => new()
    {
        { "\"bundle_version\": 7.5", "\"bundle_version\": @-1", "/bundle_version", "bundle_version must be a positive number" },
        { "\"bundle_version\": 7.5", "\"bundle_version\": @-0", "/bundle_version", "bundle_version must be a positive number" },
        { "\"bundle_version\": 7.5", "\"bundle_version\": @1e308", "/bundle_version", "bundle_version must be a positive number (out of range)" },
        { "\"bundle_version\": 7.5", "\"bundle_version\": @1e999999999999", "/bundle_version", "bundle_version must be a positive number (out of range)" },
        { "\"bundle_version\": 7.5", "\"bundle_version\": @1e-999999999999", "/bundle_version", "bundle_version must be a positive number (too small)" },
        { "\"bundle_version\": 7.5", "\"bundle_version\": @\"7\"", "/bundle_version", "bundle_version must be a positive number" },
        { "\"issued_at\": \"2026-01-01T", "\"issued_at\": @\"2026-02-30T", "/issued_at", "issued_at_invalid: must be YYYY-MM-DDTHH:MM:SSZ" },
        { "\"expires_at\": \"2027-01-01T00:00:00Z\"", "\"expires_at\": @20270101", "/expires_at", "expires_at_invalid: must be YYYY-MM-DDTHH:MM:SSZ" },
        { "\"expires_at\": \"2027-01-01T00:00:00Z\"", "\"expires_at\": @\"2026-02-03T14:30:00Z\"", "/expires_at", "bundle_expired" },
        { "\"instance_share\": \"1/2\"", "\"instance_share\": @\"2/3\"", "/instance_share", "instance_share must be \"1/N\" with an N of 1 to 1000" },
        { "\"instance_share\": \"1/2\"", "\"instance_share\": @0.5", "/instance_share", "instance_share must be \"1/N\" with an N of 1 to 1000" },
        { "\"compatibility\": \"fairvisor\"", "\"compatibility\": @1", "/compatibility", "compatibility must be one of: none, fairvisor" },
        { "\"defaults\": {}", "\"bundle_version\": @8", "/bundle_version", "this name occurs twice in one object" },
    };

    public static TheoryData<string, string, string, string> Switches => new()
    {
        {
            "\"scope_key\": \"header:X-Api_Key\"", "\"scope_key\": @\"ip:addr\"",
            "/kill_switches/0/scope_key", Kill + "[0].scope_key: invalid limit_key format: ip:addr"
        },
        { "\"scope_key\": \"header:X-Api_Key\"", "\"scope_key\": @7", "/kill_switches/0/scope_key", Kill + "[0].scope_key must be a descriptor key" },
        { "\"scope_value\": \"leaked\"", "\"scope_value\": @\"\"", "/kill_switches/0/scope_value", Kill + "[0].scope_value must be a non-empty string" },
        { "\"scope_value\": \"192.0.2.66\"", "\"scope_value\": @\"here\"", "/kill_switches/2/scope_value", Kill + "[2].scope_value must be an IP address" },
        {
            "{ \"scope_key\": \"ip:address\", \"scope_value\": \"192.0.2.66\" }", "@{ \"scope_key\": \"ip:address\" }",
            "/kill_switches/2", Kill + "[2].scope_value must be a non-empty string"
        },
        {
            "{ \"scope_key\": \"ip:address\", \"scope_value\": \"192.0.2.66\" }", "@{ \"route\": \"/x\" }",
            "/kill_switches/2", Kill + "[2].scope_key is required, or a selector"
        },
        { "{ \"scope_key\": \"ip:address\", \"scope_value\": \"192.0.2.66\" }", "@[]", "/kill_switches/2", Kill + "[2] must be a table" },
        { "\"route\": \"/v1/pay\"", "\"route\": @\"pay\"", "/kill_switches/0/route", Kill + "[0].route must start with \"/\"" },
        { "\"reason\": \"leak\"", "\"reason\": @{}", "/kill_switches/0/reason", Kill + "[0].reason must be a string" },
        {
            "\"expires_at\": \"2026-02-03T15:00:00Z\"", "\"expires_at\": @\"soon\"",
            "/kill_switches/0/expires_at", Kill + "[0].expires_at must be YYYY-MM-DDTHH:MM:SSZ"
        },
        {
            "{ \"pathPrefix\": \"/old\",", "{ \"pathPrefix\": @\"old\",",
            "/kill_switches/1/selector/pathPrefix", Kill + "[1].selector.pathPrefix must begin with \"/\""
        },
        {
            "\"selector\": { \"pathPrefix\": \"/old\",", "\"selector\": @{",
            "/kill_switches/1/selector", Kill + "[1].selector needs pathPrefix or pathExact: without them it stops nothing"
        },
        {
            "{ \"selector\": { \"pathPrefix\": \"/old\",", "{ \"scope_value\": @\"v\", \"selector\": { \"pathPrefix\": \"/old\",",
            "/kill_switches/1/scope_value", Kill + "[1].scope_value needs a scope_key"
        },
        { "\"kill_switches\": [", "\"kill_switches\": @7, \"x\": [", "/kill_switches", "kill_switch_invalid: kill_switches must be a table" },
        {
            "\"kill_switch_override\": { \"enabled\": false }", "\"kill_switch_override\": @7",
            "/kill_switch_override", "kill_switch_override_invalid: must be a table"
        },
        { "{ \"enabled\": false }", "@{}", "/kill_switch_override", "kill_switch_override_invalid: enabled is required" },
        { "{ \"enabled\": false }", "{ \"enabled\": @\"no\" }", "/kill_switch_override/enabled", "kill_switch_override_invalid: enabled must be a boolean" },
        { "\"reason\": \"trial\"", "\"reason\": @\"\"", "/global_shadow/reason", "global_shadow_invalid: reason is required when enabled" },
        { "\"reason\": \"trial\"", $"\"reason\": @\"{new string('r', 257)}\"", "/global_shadow/reason", "global_shadow_invalid: reason must be <= 256 chars" },
        {
            "\"expires_at\": \"2026-03-01T00:00:00Z\"", "\"expires_at\": @null",
            "/global_shadow/expires_at", "global_shadow_invalid: expires_at is required when enabled"
        },
        {
            "\"expires_at\": \"2026-03-01T00:00:00Z\"", "\"expires_at\": @\"2026-03-01\"",
            "/global_shadow/expires_at", "global_shadow_invalid: expires_at_invalid: must be YYYY-MM-DDTHH:MM:SSZ"
        },
        {
            "\"expires_at\": \"2026-03-01T00:00:00Z\"", "\"expires_at\": @\"2026-02-03T14:30:00Z\"",
            "/global_shadow/expires_at", "global_shadow_invalid: expired"
        },
    };

    public static TheoryData<string, string, string, string> Policies => new()
    {
        { "\"id\": \"b-llm\"", "\"id\": @\"\"", "/policies/0/id", "policy[0]: missing id" },
        { "\"id\": \"b-llm\"", "\"id\": @\"a\\nb\"", "/policies/0/id", "id must have at most 256 characters and no control characters" },
        { "\"id\": \"a-plain\"", "\"id\": @\"b-llm\"", "/policies/1/id", "two policies have this id" },
        { "\"id\": \"a-plain\",\n      \"spec\": {", "\"id\": \"a-plain\", \"spec\": @7, \"x\": {", "/policies/1/spec", "policy=a-plain: missing spec" },
        { "\"selector\": { \"pathPrefix\": \"/v1\" }", "\"selector\": @7", Plain + "/selector", "missing selector" },
        { "\"pathPrefix\": \"/v1/chat\"", "\"pathPrefix\": @\"v1\"", LlmSpec + "/selector/pathPrefix", "selector.pathPrefix must begin with \"/\"" },
        { "\"pathExact\": \"/v1/completions\"", "\"pathExact\": @[]", LlmSpec + "/selector/pathExact", "selector.pathExact must begin with \"/\"" },
        {
            "\"pathExact\": \"/v1/completions\"", $"\"pathExact\": @\"{string.Concat(Enumerable.Repeat("/a", 33))}\"",
            LlmSpec + "/selector/pathExact", "selector.pathExact must have at most 32 segments and 8192 bytes"
        },
        { "[\"POST\", \"PUT\"]", "@[\"POST\", 7]", LlmSpec + "/selector/methods", "selector.methods must be a non-empty array of method names, at most 64" },
        { "[\"api.example.com:8443\", \"*.example.org.\"]", "@[]", LlmSpec + "/selector/hosts", "selector.hosts must be a non-empty array of hostnames" },
        { "\"*.example.org.\"]", "@\"http://x\"]", LlmSpec + "/selector/hosts/1", "selector.hosts[1] invalid hostname format" },
        { "\"*.example.org.\"]", "@\"a.*.example\"]", LlmSpec + "/selector/hosts/1", "selector.hosts[1] invalid hostname format" },
        { "\"*.example.org.\"]", "@\"[2001:db8::1]\"]", LlmSpec + "/selector/hosts/1", "selector.hosts[1] invalid hostname format" },
        { "\"*.example.org.\"]", "@\"\u212a.example\"]", LlmSpec + "/selector/hosts/1", "selector.hosts[1] invalid hostname format" },
        { "\"*.example.org.\"]", "@\"-a.example\"]", LlmSpec + "/selector/hosts/1", "selector.hosts[1] invalid hostname format" },
        { "\"*.example.org.\"]", "@\"a.example-\"]", LlmSpec + "/selector/hosts/1", "selector.hosts[1] invalid hostname format" },
        { "\"*.example.org.\"]", "@\"a..b\"]", LlmSpec + "/selector/hosts/1", "selector.hosts[1] invalid hostname format" },
        {
            "\"*.example.org.\"]", $"@\"*.{string.Join('.', Enumerable.Repeat("a", 17))}\"]",
            LlmSpec + "/selector/hosts/1", "selector.hosts[1] has more than 16 labels"
        },
        { "\"mode\": \"shadow\"", "\"mode\": @\"dry\"", LlmSpec + "/mode", "invalid mode: mode must be one of: enforce, shadow" },
        { "\"on_table_full\": \"closed\"", "\"on_table_full\": @true", LlmSpec + "/on_table_full", "on_table_full must be one of: open, closed" },
        { "\"on_partition\": \"share\"", "\"on_partition\": @\"half\"", LlmSpec + "/on_partition", "on_partition must be one of: full, share" },
        { "\"instance_share\": \"1/1\"", "\"instance_share\": @\"1/0\"", LlmSpec + "/instance_share", "instance_share must be \"1/N\" with an N of 1 to 1000" },
        { "\"loop_detection\": {", "\"loop_detection\": @7, \"x\": {", LlmSpec + "/loop_detection", "loop_detection must be a table" },
        {
            "\"window_seconds\": 60", "\"window_seconds\": @0",
            LlmSpec + "/loop_detection/window_seconds", "loop_detection.window_seconds must be a positive integer"
        },
        {
            "\"window_seconds\": 60", "\"window_seconds\": @1.5",
            LlmSpec + "/loop_detection/window_seconds", "loop_detection.window_seconds must be a positive integer"
        },
        {
            "\"threshold_identical_requests\": 10", "\"threshold_identical_requests\": @1",
            LlmSpec + "/loop_detection/threshold_identical_requests", "loop_detection.threshold_identical_requests must be an integer >= 2"
        },
        {
            "\"threshold_identical_requests\": 10", "\"threshold_identical_requests\": @2e9",
            LlmSpec + "/loop_detection/threshold_identical_requests", "loop_detection.threshold_identical_requests must be at most 1000000000"
        },
        {
            "\"action\": \"throttle\",\n          \"similarity\"", "\"action\": @\"drop\",\n            \"similarity\"",
            LlmSpec + "/loop_detection/action", "loop_detection.action must be one of: reject, throttle, warn"
        },
        {
            "\"similarity\": \"exact\"", "\"similarity\": @\"fuzzy\"",
            LlmSpec + "/loop_detection/similarity", "loop_detection.similarity must be one of: exact"
        },
        {
            "\"spend_rate_threshold_per_minute\": 100.5", "\"spend_rate_threshold_per_minute\": @0",
            LlmSpec + "/circuit_breaker/spend_rate_threshold_per_minute", "circuit_breaker.spend_rate_threshold_per_minute must be a positive number"
        },
        {
            "\"action\": \"reject\",\n          \"auto", "\"action\": @\"warn\",\n            \"auto",
            LlmSpec + "/circuit_breaker/action", "circuit_breaker.action must be one of: reject"
        },
        {
            "\"auto_reset_after_minutes\": 5", "\"auto_reset_after_minutes\": @-1",
            LlmSpec + "/circuit_breaker/auto_reset_after_minutes", "circuit_breaker.auto_reset_after_minutes must be a number >= 0"
        },
        { "\"alert\": true", "\"alert\": @1", LlmSpec + "/circuit_breaker/alert", "circuit_breaker.alert must be a boolean" },
        { "\"fallback_limit\": {", "\"fallback_limit\": @7, \"x\": {", Plain + "/fallback_limit", "fallback_limit must be a table" },
        { "\"fallback_limit\": {", "\"fallback_limit\": @{ \"name\": \"rate\",", Plain + "/fallback_limit", "two rules of one policy have this name" },
    };

    public static TheoryData<string, string, string, string> Rules => new()
    {
        { "\"name\": \"rate\"", "\"name\": @\"\"", Plain + "/rules/0/name", "missing name" },
        { "{\n            \"name\": \"budget\"", "@{\n              \"name\": \"rate\"", Plain + "/rules/1", "two rules of one policy have this name" },
        { "[\"ip:address\"]", "@\"ip:address\"", Plain + "/rules/1/limit_keys", "invalid_limit_keys: must be an array of descriptor keys" },
        { "[\"ip:address\"]", "[@7]", Plain + "/rules/1/limit_keys/0", "invalid_limit_keys: must be a string" },
        { "[\"ip:address\"]", "[@\"ip:addr\"]", Plain + "/rules/1/limit_keys/0", "invalid_limit_keys: invalid limit_key format: ip:addr" },
        { "[\"ip:address\"]", "[@\"jwt:\"]", Plain + "/rules/1/limit_keys/0", "invalid_limit_keys: invalid limit_key format: jwt:" },
        { "[\"ip:address\"]", "[@\"header:a b\"]", Plain + "/rules/1/limit_keys/0", "invalid_limit_keys: invalid limit_key format: header:a b" },
        {
            "[\"ip:address\"]", $"@[{string.Join(',', Enumerable.Repeat("\"ip:asn\"", 17))}]",
            Plain + "/rules/1/limit_keys", "invalid_limit_keys: at most 16 keys"
        },
        {
            "\"header:X_Tier\": \"gold\"", "\"header:X_Tier\": @\"\"",
            LlmRule + "/match/header:X_Tier", "match: the value of header:x-tier must be a non-empty string"
        },
        {
            "\"header:X_Tier\": \"gold\"", "\"header:X_Tier\": @[]",
            LlmRule + "/match/header:X_Tier", "match: the value of header:x-tier must be a string, number or boolean"
        },
        { "\"header:X_Tier\": \"gold\"", "\"ip:address\": @\"here\"", LlmRule + "/match/ip:address", "match: the value of ip:address must be an IP address" },
        { "\"header:X_Tier\": \"gold\"", "\"header:a/b\": @\"gold\"", LlmRule + "/match/header:a~1b", "match: invalid limit_key format: header:a/b" },
        {
            "\"header:X_Tier\": \"gold\"", $"\"header:X_Tier\": @\"{new string('v', 4097)}\"",
            LlmRule + "/match/header:X_Tier", "match: the value of header:x-tier must have at most 4096 bytes"
        },
        { "\"match\": {", "\"match\": @7, \"x\": {", LlmRule + "/match", "match must be a table of at most 16 descriptor keys and values" },
        { "\"on_missing\": \"shared\"", "\"on_missing\": @\"panic\"", Plain + "/rules/0/on_missing", "on_missing must be one of: skip, shared, reject" },
        { "\"algorithm\": \"cost_based\"", "\"algorithm\": @\"leaky\\u0007bucket\"", Plain + "/rules/1/algorithm", "unsupported algorithm: leaky?bucket" },
        { "\"algorithm\": \"cost_based\"", "\"algorithm\": @null", Plain + "/rules/1/algorithm", "invalid_algorithm_definition: algorithm must be a string" },
        {
            "\"algorithm_config\": {\n            \"limit\"", "\"algorithm_config\": @7, \"x\": {\n              \"limit\"",
            Plain + "/fallback_limit/algorithm_config", "invalid_algorithm_definition: algorithm_config must be a table"
        },
        {
            "\"overrides\": {\n              \"acme\"", "\"overrides\": @7, \"x\": {\n                \"acme\"",
            Plain + "/rules/0/overrides", "overrides must be a table"
        },
        {
            "\"algorithm\": \"concurrency\"", "\"algorithm\": \"concurrency\", \"algorithm\": @1",
            Plain + "/fallback_limit/algorithm", "this name occurs twice in one object"
        },
        { "\"acme\": {", "\"acme\": @7, \"x\": {", Plain + "/rules/0/overrides/acme", Config + "must be a table" },
        { "\"192.0.2.1\": {", "\"here\": @{", Plain + "/rules/1/overrides/here", "overrides: a value of ip:address must be an IP address" },
        {
            "\"192.0.2.1\": {",
            "\"::ffff:192.0.2.1\": {\"budget\": 1, \"period\": \"1d\", \"staged_actions\": [{\"threshold_percent\": 100, \"action\": \"reject\"}]}, \"192.0.2.1\": @{",
            Plain + "/rules/1/overrides/192.0.2.1", "overrides: two names of one address"
        },
        { "\"rps\": 100", "\"rps\": @0", Plain + "/rules/0/overrides/acme/rps", Config + "rps must be a positive number" },
        {
            "\"limit_keys\": [],", "\"limit_keys\": [], \"overrides\": @{\"a\": {\"limit\": 1}},",
            Plain + "/fallback_limit/overrides", "overrides need a limit key"
        },
    };

    public static TheoryData<string, string, string, string> Algorithms => new()
    {
        { "{\n              \"tokens_per_second\": 10,", "@{", Bucket, Config + "tokens_per_second or rps is required" },
        { "\"tokens_per_second\": 10", "\"tokens_per_second\": @0", Bucket + "/tokens_per_second", Config + "tokens_per_second must be a positive number" },
        {
            "\"tokens_per_second\": 10", "\"tokens_per_second\": @1e308",
            Bucket + "/tokens_per_second", Config + "tokens_per_second must be a positive number (out of range)"
        },
        {
            "\"tokens_per_second\": 10,\n              \"burst\": 20", "\"tokens_per_second\": @3e8, \"burst\": 3e8",
            Bucket + "/tokens_per_second", Config + "tokens_per_second must be at most 100000000 tokens a second"
        },
        { "\"burst\": 20,", "\"burst\": @9,", Bucket + "/burst", Config + "burst must be >= tokens_per_second" },
        { "\"burst\": 20,", "\"burst\": @1e16,", Bucket + "/burst", Config + "burst must be between 0.000001 and 1000000000000000" },
        { "\"burst\": 20,", "\"burst\": @1e14,", Bucket + "/burst", Config + "an empty bucket would take more than 366 days to fill" },
        { "\"burst\": 20,", "\"burst\": @\"20\",", Bucket + "/burst", Config + "burst must be a positive number" },
        {
            "\"cost_source\": \"header:X-Cost\"", "\"cost_source\": @\"body\"",
            Bucket + "/cost_source", Config + "cost_source must be fixed, header:<name>, or query:<name>"
        },
        {
            "\"cost_source\": \"header:X-Cost\"", "\"cost_source\": @\"header:\"",
            Bucket + "/cost_source", Config + "cost_source must be fixed, header:<name>, or query:<name>"
        },
        { "\"fixed_cost\": 1,", "\"fixed_cost\": @-1,", Bucket + "/fixed_cost", Config + "fixed_cost must be a positive number" },
        { "\"default_cost\": 2", "\"default_cost\": @null", Bucket + "/default_cost", Config + "default_cost must be a positive number" },

        { "{\n              \"budget\": 200,", "@{", Budget, Config + "budget is required" },
        { "\"budget\": 200,", "\"budget\": @-5,", Budget + "/budget", Config + "budget must be a positive number" },
        { "\"budget\": 200,", "\"budget\": @1e-6,", Budget + "/budget", Config + "budget must be between 0.000001 and 1000000000000000" },
        { "\"budget\": 200,", "\"budget\": @3e15,", Budget + "/budget", Config + "budget must be between 0.000001 and 1000000000000000" },
        { "\"period\": \"1mo\"", "\"period\": @\"2h\"", Budget + "/period", Config + "period must be one of: 5m, 1h, 1d, 7d, 1mo" },
        {
            "\"cost_key\": \"query:cost\"", "\"cost_key\": @\"query:c t\"",
            Budget + "/cost_key", Config + "cost_key must be fixed, header:<name>, or query:<name>"
        },
        {
            "\"staged_actions\": [\n                ", "\"staged_actions\": @[], \"x\": [\n",
            Staged, Config + "staged_actions must be a non-empty table of at most 64 stages"
        },
        { "{ \"threshold_percent\": 80, \"action\": \"warn\" }", "@80", Staged + "/2", Config + "staged_actions[2] must be a table" },
        {
            "\"threshold_percent\": 80", "\"threshold_percent\": @101",
            Staged + "/2/threshold_percent", Config + "staged_actions[2].threshold_percent must be a number between 0 and 100"
        },
        {
            "\"threshold_percent\": 80", "\"threshold_percent\": @-1",
            Staged + "/2/threshold_percent", Config + "staged_actions[2].threshold_percent must be a number between 0 and 100"
        },
        { "{ \"threshold_percent\": 80,", "@{", Staged + "/2", Config + "staged_actions[2].threshold_percent must be a number between 0 and 100" },
        {
            "\"action\": \"warn\" }", "\"action\": @\"shout\" }",
            Staged + "/2/action", Config + "staged_actions[2].action must be one of: warn, throttle, reject"
        },
        { "{ \"threshold_percent\": 80,", "@{ \"threshold_percent\": 95.0,", Staged + "/2", Config + "staged_actions: thresholds must be strictly ascending" },
        { "\"delay_ms\": 250", "\"delay_ms\": @0", Staged + "/1/delay_ms", Config + "staged_actions[1].delay_ms must be a positive number for throttle" },
        {
            "{ \"threshold_percent\": 95, \"action\": \"throttle\", \"delay_ms\": 250 }", "@{ \"threshold_percent\": 95, \"action\": \"throttle\" }",
            Staged + "/1", Config + "staged_actions[1].delay_ms must be a positive number for throttle"
        },
        {
            "\"staged_actions\": [\n                { \"threshold_percent\": 100,", "\"staged_actions\": @[\n                  { \"threshold_percent\": 99,",
            Staged, Config + "staged_actions must include reject at 100%"
        },

        { "{\n              \"tokens_per_minute\": 6000,", "@{", Llm, Config + "tokens_per_minute is required" },
        { "\"tokens_per_minute\": 6000", "\"tokens_per_minute\": @0", Llm + "/tokens_per_minute", Config + "tokens_per_minute must be a positive number" },
        { "\"tokens_per_day\": 1000000", "\"tokens_per_day\": @\"x\"", Llm + "/tokens_per_day", Config + "tokens_per_day must be a positive number" },
        { "\"burst_tokens\": 9000", "\"burst_tokens\": @5999", Llm + "/burst_tokens", Config + "burst_tokens must be >= tokens_per_minute" },
        { "\"burst_tokens\": 9000", "\"burst_tokens\": @1e16", Llm + "/burst_tokens", Config + "burst_tokens must be between 0.000001 and 1000000000000000" },
        {
            "\"max_tokens_per_request\": 8000", "\"max_tokens_per_request\": @0",
            Llm + "/max_tokens_per_request", Config + "max_tokens_per_request must be a positive number"
        },
        { "\"max_prompt_tokens\": 4000", "\"max_prompt_tokens\": @-4", Llm + "/max_prompt_tokens", Config + "max_prompt_tokens must be a positive number" },
        {
            "\"max_completion_tokens\": 3000", "\"max_completion_tokens\": @true",
            Llm + "/max_completion_tokens", Config + "max_completion_tokens must be a positive number"
        },
        {
            "\"default_max_completion\": 500", "\"default_max_completion\": @{}",
            Llm + "/default_max_completion", Config + "default_max_completion must be a positive number"
        },
        {
            "\"token_source\": { \"estimator\": \"header_hint\" }", "\"token_source\": @\"header_hint\"",
            Llm + "/token_source", Config + "token_source must be a table"
        },
        {
            "\"estimator\": \"header_hint\"", "\"estimator\": @\"tiktoken\"",
            Llm + "/token_source/estimator", Config + "token_source.estimator must be one of: simple_word, header_hint"
        },
        { "\"streaming\": {", "\"streaming\": @7, \"x\": {", Llm + "/streaming", Config + "streaming must be a table" },
        {
            "\"enforce_mid_stream\": false", "\"enforce_mid_stream\": @0",
            Llm + "/streaming/enforce_mid_stream", Config + "streaming.enforce_mid_stream must be a boolean"
        },
        { "\"buffer_tokens\": 50", "\"buffer_tokens\": @0", Llm + "/streaming/buffer_tokens", Config + "streaming.buffer_tokens must be a positive number" },
        {
            "\"on_limit_exceeded\": \"error_chunk\"", "\"on_limit_exceeded\": @\"cut\"",
            Llm + "/streaming/on_limit_exceeded", Config + "streaming.on_limit_exceeded must be one of: graceful_close, error_chunk"
        },
        {
            "\"include_partial_usage\": false", "\"include_partial_usage\": @null",
            Llm + "/streaming/include_partial_usage", Config + "streaming.include_partial_usage must be a boolean"
        },

        { "\"limit\": 9", "\"limit\": @0", Plain + "/fallback_limit/algorithm_config/limit", Config + "limit must be a positive integer" },
        { "\"limit\": 9", "\"limit\": @9.5", Plain + "/fallback_limit/algorithm_config/limit", Config + "limit must be a positive integer" },
        { "\"limit\": 9", "\"limit\": @2e9", Plain + "/fallback_limit/algorithm_config/limit", Config + "limit must be at most 1000000000" },
        {
            "\"retry_after_seconds\": 3", "\"retry_after_seconds\": @-3",
            Plain + "/fallback_limit/algorithm_config/retry_after_seconds", Config + "retry_after_seconds must be a positive integer"
        },
    };

    [Theory]
    [MemberData(nameof(Top))]
    [MemberData(nameof(Switches))]
    [MemberData(nameof(Policies))]
    [MemberData(nameof(Rules))]
    [MemberData(nameof(Algorithms))]
    public void AMistakeIsReportedWithItsPlaceAndNothingElseIs(string find, string replacement, string pointer, string message)
    {
        BundleReadResult result = Bundle.Read(CompleteBundle.Broken(find, replacement, out int line, out int column));
        Assert.Equal(new BundleError(pointer, line, column, message), Assert.Single(result.Errors));
        Assert.Null(result.Snapshot);
    }

    [Fact]
    public void AllMistakesAreReportedInTheOrderOfTheFile()
    {
        string broken = CompleteBundle.Text
            .Replace("\"bundle_version\": 7.5", "\"bundle_version\": 0", StringComparison.Ordinal)
            .Replace("\"scope_value\": \"leaked\"", "\"scope_value\": 1", StringComparison.Ordinal)
            .Replace("\"tokens_per_minute\": 6000", "\"tokens_per_minute\": 0", StringComparison.Ordinal)
            .Replace("\"buffer_tokens\": 50", "\"buffer_tokens\": 0", StringComparison.Ordinal)
            .Replace("\"mode\": \"shadow\"", "\"mode\": 1", StringComparison.Ordinal)
            .Replace("\"limit\": 9", "\"limit\": 0", StringComparison.Ordinal);
        Assert.Equal(
            [
                "/bundle_version", "/kill_switches/0/scope_value", LlmSpec + "/mode", Llm + "/tokens_per_minute", Llm + "/streaming/buffer_tokens",
                Plain + "/fallback_limit/algorithm_config/limit",
            ],
            Bundle.Read(broken).Errors.Select(e => e.Pointer));
    }

    [Fact]
    public void OfTwoListsOfPoliciesTheSecondIsAnErrorAndNotRead() => Assert.Equal(
        [("/policies/0", "policy[0]: must be a table"), ("/policies", "this name occurs twice in one object")],
        Bundle.Read("""{"bundle_version": 1, "policies": [7], "policies": [8, 9]}""").Errors.Select(e => (e.Pointer, e.Message)));

    [Fact]
    public void AReportEndsAfterAThousandMistakes()
    {
        BundleReadResult result = Bundle.Read($$"""{"bundle_version": 1, "policies": [{{string.Join(",\n", Enumerable.Repeat("7", 5000))}}]}""");
        Assert.Equal(1001, result.Errors.Length);
        Assert.Equal(1000, result.Errors[999].Line);
        Assert.Equal("more than 1000 findings; the rest is not listed", result.Errors[1000].Message);
    }

    [Fact]
    public void TheNameOfAMemberCannotMakeAReportLargerThanTheFile()
    {
        string name = new('n', 1_000_000);
        string overrides = $$""" "overrides": {"{{name}}": {"rps": 1, "burst": 1} },""";
        string configs = string.Join(",", Enumerable.Range(0, 20).Select(i => Bundle.Rule($"r{i}", Bundle.Bucket("1", "1"), "\"jwt:a\"", overrides)));
        BundleReadResult result = Bundle.Read(Bundle.Of(Bundle.Policy("p", configs)));
        Assert.Equal(20, result.Errors.Length);
        Assert.All(result.Errors, e => Assert.InRange(e.Pointer.Length + e.Message.Length, 1, 1000));
    }
}
