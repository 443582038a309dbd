using System.Text;
using Appliance.Limiter;
using Limiter.Tests.Support;

namespace Limiter.Tests.Bundles;

public sealed class PolicyBundleReaderTests
{
    private const string Good = """{"tokens_per_second": 1, "burst": 1}""";

    public static TheoryData<string, string, string> WholeBundles => new()
    {
        { "", "", "json_string_required" },
        { "[]", "", "bundle must be a table" },
        { "{", "", "json_parse_error" },
        { """{"bundle_version": 1, "policies": []} x""", "", "json_parse_error" },
        { """{"bundle_version": 1, "policies": [],}""", "", "json_parse_error" },
        { """{"bundle_version": 1, "policies": [], "defaults": "\ud800"}""", "", "json_parse_error" },
        { """{"policies": []}""", "", "bundle_version must be a positive number" },
        { """{"bundle_version": 0, "policies": []}""", "/bundle_version", "bundle_version must be a positive number" },
        { """{"bundle_version": "1", "policies": []}""", "/bundle_version", "bundle_version must be a positive number" },
        { """{"bundle_version": 1}""", "", "policies must be a table" },
        { """{"bundle_version": 1, "policies": 3}""", "/policies", "policies must be a table" },
        { """{"bundle_version": 1, "bundle_version": 2, "policies": []}""", "/bundle_version", "occurs twice" },
        { """{"bundle_version": 1, "policies": [], "issued_at": "2026-02-30T00:00:00Z"}""", "/issued_at", "issued_at_invalid" },
        { """{"bundle_version": 1, "policies": [], "expires_at": "2027-01-01"}""", "/expires_at", "expires_at_invalid" },
        { """{"bundle_version": 1, "policies": [], "expires_at": "2026-02-03T14:30:00Z"}""", "/expires_at", "bundle_expired" },
        { """{"bundle_version": 1, "policies": [], "kill_switches": [{}]}""", "/kill_switches", "not available in this version" },
        { """{"bundle_version": 1, "policies": [], "global_shadow": {"enabled": true}}""", "/global_shadow", "not available in this version" },
        { """{"bundle_version": 1, "policies": [7]}""", "/policies/0", "must be a table" },
        { """{"bundle_version": 1, "policies": [{"spec": {}}]}""", "/policies/0", "policy[0]: missing id" },
        { """{"bundle_version": 1, "policies": [{"id": "p"}]}""", "/policies/0", "policy=p: missing spec" },
        { """{"bundle_version": 1, "policies": [{"id": "p", "spec": {"rules": []}}]}""", "/policies/0/spec", "missing selector" },
        { """{"bundle_version": 1, "policies": [{"id": "p", "spec": {"selector": {"pathPrefix": "/"}}}]}""", "/policies/0/spec", "rules must be a table" },
    };

    public static TheoryData<string, string, string> Policies => new()
    {
        { Bundle.Policy("p", "", more: """ "mode": "dry",""").Replace("\n", ""), "/mode", "mode must be one of: enforce, shadow" },
        { Bundle.Policy("p", "", more: """ "on_table_full": "ajar",""").Replace("\n", ""), "/on_table_full", "must be one of: open, closed" },
        { Bundle.Policy("p", "", more: """ "fallback_limit": {},""").Replace("\n", ""), "/fallback_limit", "not available in this version" },
        { Bundle.Policy("p", "", more: """ "loop_detection": {"enabled": true},"""), "/loop_detection", "not available in this version" },
        { Bundle.Policy("p", "", more: """ "circuit_breaker": {},"""), "/circuit_breaker", "not available in this version" },
        { Bundle.Policy("p", "", """{"pathPrefix": "v1"}"""), "/selector/pathPrefix", "must begin with" },
        { Bundle.Policy("p", "", """{"pathExact": 1}"""), "/selector/pathExact", "must begin with" },
        { Bundle.Policy("p", "", """{"pathPrefix": "/", "methods": "GET"}"""), "/selector/methods", "non-empty array" },
        { Bundle.Policy("p", "", """{"pathPrefix": "/", "hosts": []}"""), "/selector/hosts", "non-empty array of hostnames" },
        { Bundle.Policy("p", "", """{"pathPrefix": "/", "hosts": ["ok.example", "http://x"]}"""), "/selector/hosts/1", "selector.hosts[1] invalid" },
        { Bundle.Policy("p", "", """{"pathPrefix": "/", "hosts": ["a.*.example"]}"""), "/selector/hosts/0", "selector.hosts[0] invalid" },
        { Bundle.Policy("p", Bundle.Rule("", Good)), "/rules/0/name", "missing name" },
        { Bundle.Policy("p", Bundle.Rule("r", Good, "\"ip:addr\"")), "/rules/0/limit_keys/0", "invalid limit_key format: ip:addr" },
        { Bundle.Policy("p", Bundle.Rule("r", Good, "\"jwt:sub\"")), "/rules/0/limit_keys/0", "jwt:sub is not available in this version" },
        { Bundle.Policy("p", Bundle.Rule("r", Good, "\"ua:bot\"")), "/rules/0/limit_keys/0", "not available in this version" },
        { Bundle.Policy("p", Bundle.Rule("r", Good, "\"header:a b\"")), "/rules/0/limit_keys/0", "invalid limit_key format" },
        { Bundle.Policy("p", Bundle.Rule("r", Good, "", """ "match": {"jwt:plan": "pro"},""")), "/rules/0/match/jwt:plan", "not available" },
        { Bundle.Policy("p", Bundle.Rule("r", Good, "", """ "match": {"header:a/b": "x"},""")), "/rules/0/match/header:a~1b", "invalid limit_key" },
        { Bundle.Policy("p", Bundle.Rule("r", Good, "", """ "match": {"ip:address": "here"},""")), "/rules/0/match/ip:address", "an IP address" },
        { Bundle.Policy("p", Bundle.Rule("r", Good, "", """ "on_missing": "panic",""")), "/rules/0/on_missing", "skip, shared, reject" },
        { Bundle.Policy("p", Bundle.Rule("r", Good, "", """ "overrides": {"a": {}},""")), "/rules/0/overrides", "not available" },
        { Bundle.Policy("p", Bundle.Rule("r", "7")), "/rules/0/algorithm_config", "must be a table" },
        { Bundle.Policy("p", Bundle.Rule("r", Good).Replace("token_bucket", "cost_based")), "/rules/0/algorithm", "cost_based is not available" },
        { Bundle.Policy("p", Bundle.Rule("r", Good).Replace("token_bucket", "leaky")), "/rules/0/algorithm", "unsupported algorithm" },
        { Bundle.Policy("p", Bundle.Rule("r", """{"burst": 1}""")), "/rules/0/algorithm_config", "tokens_per_second or rps is required" },
        { Bundle.Policy("p", Bundle.Rule("r", """{"rps": 1}""")), "/rules/0/algorithm_config", "burst is required" },
        { Bundle.Policy("p", Bundle.Rule("r", Bundle.Bucket("0", "1"))), "/rules/0/algorithm_config/tokens_per_second", "positive number" },
        { Bundle.Policy("p", Bundle.Rule("r", Bundle.Bucket("1e999", "1"))), "/rules/0/algorithm_config/tokens_per_second", "positive number" },
        { Bundle.Policy("p", Bundle.Rule("r", Bundle.Bucket("2", "1"))), "/rules/0/algorithm_config/burst", "burst must be >= tokens_per_second" },
        { Bundle.Policy("p", Bundle.Rule("r", Bundle.Bucket("1e9", "1e9"))), "/rules/0/algorithm_config/burst", "at most 100000000" },
        { Bundle.Policy("p", Bundle.Rule("r", Bundle.Bucket("1e-9", "1"))), "/rules/0/algorithm_config/burst", "366 days" },
        { Bundle.Policy("p", Bundle.Rule("r", Bundle.Bucket("1e-20", "1e-20"))), "/rules/0/algorithm_config/burst", "burst must be between" },
        { Bundle.Policy("p", Bundle.Rule("r", Bundle.Bucket("1", "1", ", \"fixed_cost\": -1"))), "/rules/0/algorithm_config/fixed_cost", "positive" },
        { Bundle.Policy("p", Bundle.Rule("r", Bundle.Bucket("1", "1", ", \"cost_source\": \"body\""))), "/rules/0/algorithm_config/cost_source", "fixed, header" },
        { Bundle.Policy("p", Bundle.Rule("r", Bundle.Bucket("1", "1", ", \"cost_source\": \"header:\""))), "/rules/0/algorithm_config/cost_source", "fixed, header" },
        { Bundle.Policy("p", Bundle.Rule("r", Good) + "," + Bundle.Rule("r", Good)), "/rules/1", "two rules of one policy" },
    };

    [Theory]
    [MemberData(nameof(WholeBundles))]
    public void ABrokenBundleIsRefusedWithTheReason(string json, string pointer, string message) => AssertRefused(json, pointer, message);

    [Theory]
    [MemberData(nameof(Policies))]
    public void ABrokenPolicyRefusesTheBundleWithThePlace(string policy, string pointer, string message) =>
        AssertRefused(Bundle.Of(policy), "/policies/0/spec" + pointer, message);

    [Fact]
    public void AllErrorsAreReportedWithLineAndColumnInTheOrderOfTheFile()
    {
        const string Json = "{\n  \"bundle_version\": -1,\n  \"policies\": [\n    {\"id\": \"\", \"spec\": {\"selector\": {}, \"rules\": 1}}\n  ]\n}";
        BundleReadResult result = Bundle.Read(Json);
        Assert.Null(result.Snapshot);
        Assert.Equal(
            [("/bundle_version", 2, 21), ("/policies/0/id", 4, 12), ("/policies/0/spec/rules", 4, 50)],
            result.Errors.Select(e => (e.Pointer, e.Line, e.Column)));
        Assert.Equal(("/policies/0/spec/selector", 4), Assert.Single(result.Lints.Select(l => (l.Pointer, l.Line))));
    }

    [Fact]
    public void ASyntaxErrorCarriesItsPlace()
    {
        BundleError error = Assert.Single(Bundle.Read("{\n  \"bundle_version\": 1,\n  oops\n}").Errors);
        Assert.Equal((3, 3), (error.Line, error.Column));
    }

    [Fact]
    public void UnknownFieldsAreLintsAndDoNotStopTheBundle()
    {
        BundleReadResult result = Bundle.Read("""{"bundle_version": 1.5, "policies": [], "jwt_keys": {}}""");
        Assert.Equal(1.5m, result.Snapshot!.Version);
        Assert.Contains(result.Lints, l => l.Pointer == "/jwt_keys" && l.Message.Contains("unknown"));
    }

    [Fact]
    public void WhatIsSwitchedOffOrEmptyMayStay() => Assert.NotNull(Bundle.Read(
        """{"bundle_version": 1, "policies": [], "kill_switches": [], "global_shadow": {"enabled": false}, "defaults": {}}""").Snapshot);

    [Fact]
    public void DuplicateIdsAreRefused() => AssertRefused(Bundle.Of(Bundle.Policy("p", ""), Bundle.Policy("p", "")), "/policies/1", "two policies");

    [Fact]
    public void RpsIsAnAliasAndLosesAgainstTheLongName()
    {
        Assert.Equal(2, WindowOf("""{"rps": 5, "burst": 10}"""));
        Assert.Equal(10, WindowOf("""{"rps": 5, "tokens_per_second": 1, "burst": 10}"""));
    }

    [Fact]
    public void TheHashIsThatOfTheFile()
    {
        byte[] json = Encoding.UTF8.GetBytes(Bundle.Of());
        string hash = Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(json)).ToLowerInvariant();
        Assert.Equal(hash, PolicyBundleReader.Read(json, Bundle.Now).Snapshot!.Sha256);
    }

    [Fact]
    public void BadUtf8AndDeepNestingAreErrors()
    {
        Assert.Contains("UTF-8", Assert.Single(PolicyBundleReader.Read([(byte)'"', 0xff, (byte)'"'], Bundle.Now).Errors).Message);
        Assert.Contains("json_parse_error", Assert.Single(Bundle.Read(new string('[', 100_000)).Errors).Message);
    }

    [Fact]
    public void AnOversizedFileIsRefusedUnread() =>
        Assert.Contains("larger", Assert.Single(PolicyBundleReader.Read(new byte[(50 << 20) + 1], Bundle.Now).Errors).Message);

    [Fact]
    public void TheShippedSampleIsCleanAndCompiles()
    {
        string file = Path.Combine(RepositoryRoot(), "samples", "policies", "minimal.json");
        BundleReadResult result = PolicyBundleReader.Read(File.ReadAllBytes(file), Bundle.Now);
        Assert.Empty(result.Errors);
        Assert.Empty(result.Lints);
        Assert.Equal((2, 2), (result.Snapshot!.PolicyCount, result.Snapshot.RuleCount));
    }

    private static string RepositoryRoot()
    {
        string? directory = AppContext.BaseDirectory;
        while (directory is not null && !File.Exists(Path.Combine(directory, "appliance.sln"))) directory = Path.GetDirectoryName(directory);
        return directory ?? throw new InvalidOperationException("appliance.sln is not above the test assembly");
    }

    private static int WindowOf(string config)
    {
        using var under = new EngineUnderTest(Bundle.Of(Bundle.Policy("p", Bundle.Rule("r", config))));
        return under.Decide(new FakeRequest()).WindowSeconds;
    }

    private static void AssertRefused(string json, string pointer, string message)
    {
        BundleReadResult result = Bundle.Read(json);
        Assert.Null(result.Snapshot);
        Assert.Contains(result.Errors, e => e.Pointer == pointer && e.Message.Contains(message, StringComparison.Ordinal));
    }
}
