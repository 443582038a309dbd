using System.Diagnostics;
using System.Text;
using Appliance.Limiter;
using Appliance.Limiter.Bundles;
using Limiter.Tests.Support;

namespace Limiter.Tests.Bundles;

/// <summary>Bundles at the bounds of what is read: they load, or are refused, in time and memory that follow their size.</summary>
[Collection(AloneCollection.Name)]
public sealed class LargeBundleTests
{
    /// <summary>Far above what a busy machine needs, far below what anything quadratic would take.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    public static TheoryData<string, string> Hostile => new()
    {
        { "brackets", "json_parse_error" },
        { "blanks", "json_parse_error" },
        { "newlines before a mistake", "bundle_version" },
        { "zeros in an array", "more than 2000000 values" },
        { "zeros as policies", "more than 100000 policies" },
        { "zeros in one policy", "more than 2000000 values" },
        { "one string", "invalid limit_key format" },
        { "one number", "bundle_version must be a positive number" },
        { "one name", "bundle_version must be a positive number" },
        { "one id", "id must have at most 256 characters" },
        { "one path", "segments" },
        { "one host", "invalid hostname format" },
        { "empty policies", "missing id" },
        { "one name again and again", "occurs twice" },
        { "unknown fields", "bundle_version must be a positive number" },
        { "methods", "methods" },
        { "hosts with deep paths", "hosts times path segments" },
        { "descriptors", "more than 10000 different descriptors" },
        { "kill switches", "more than 10000 kill switches" },
        { "kill switches without a scope", "more than 256 kill switches without a scope_key" },
        { "stages", "at most 64 stages" },
        { "escapes of half a pair", "half of a surrogate pair" },
    };

    [Fact]
    public void AHundredThousandPoliciesLoadInSecondsAndWorkGrowsWithTheSize()
    {
        (long small, _) = Load(10_000);
        (long large, PolicySnapshot snapshot) = Load(100_000);
        Assert.Equal(100_000, snapshot.PolicyCount);
        Assert.Equal(200_000, snapshot.RuleCount);
        Assert.InRange(large / (double)small, 8, 12);
        Assert.Equal(snapshot.Policies.Select(p => p.Id), snapshot.Policies.Select(p => p.Id).Order(StringComparer.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Hostile))]
    public void AHugeHostileFileIsRefusedInTime(string kind, string message)
    {
        byte[] json = Encoding.ASCII.GetBytes(HostileText(kind));
        Assert.InRange(json.Length, 10_000_000, BundleParser.MaxBytes);
        long start = Stopwatch.GetTimestamp();
        BundleReadResult result = PolicyBundleReader.Read(json, Bundle.Now);
        Assert.Null(result.Snapshot);
        Assert.Contains(result.Errors, e => e.Message.Contains(message, StringComparison.Ordinal));
        Assert.InRange(result.Errors.Sum(e => e.Message.Length + e.Pointer.Length), 1, 1_000_000);
        Assert.InRange(Stopwatch.GetElapsedTime(start), TimeSpan.Zero, Patience);
    }

    /// <summary>What the thread allocates is the measure of work that does not depend on who else uses the machine.</summary>
    private static (long Allocated, PolicySnapshot Snapshot) Load(int policies)
    {
        byte[] json = Encoding.UTF8.GetBytes(Bundle.Of([.. Enumerable.Range(0, policies).Select(PolicyNumber)]));
        if (policies == 100_000) Assert.InRange(json.Length, 40_000_000, BundleParser.MaxBytes);
        long before = GC.GetAllocatedBytesForCurrentThread();
        long start = Stopwatch.GetTimestamp();
        BundleReadResult result = PolicyBundleReader.Read(json, Bundle.Now);
        Assert.InRange(Stopwatch.GetElapsedTime(start), TimeSpan.Zero, Patience);
        Assert.Empty(result.Errors);
        return (GC.GetAllocatedBytesForCurrentThread() - before, result.Snapshot!);
    }

    private static string PolicyNumber(int number) => Bundle.Policy(
        $"policy-{number:D6}",
        Bundle.Rule("requests", Bundle.Bucket("10", "20"), "\"ip:address\", \"header:x-tenant\"", """ "match": {"jwt:plan": "gold"},""") + ","
            + Bundle.Rule("bytes", Bundle.Bucket("1000", "2000", ", \"cost_source\": \"header:x-cost\""), "\"jwt:sub\""),
        $$"""{"pathPrefix": "/tenants/{{number}}/v1", "hosts": ["t{{number % 1000}}.example.com"]}""");

    private static string HostileText(string kind)
    {
        const int Size = 12_000_000;
        string Many(string what) => new StringBuilder().Insert(0, what, Size / what.Length).ToString();
        string List(string what) => Many(what + ",") + what;
        string Top(string more, string policies = "[]") => $$"""{"bundle_version": 0, {{more}} "policies": {{policies}} }""";
        string OfPolicy(string id, string selector, string rules) =>
            $$"""{"bundle_version": 1, "policies": [{"id": "{{id}}", "spec": {"selector": {{selector}}, "rules": [{{rules}}]} }]}""";
        string Root(string selector) => OfPolicy("p", selector, "");
        int next = 0;
        string Numbered(Func<int, string> item, int length)
        {
            var text = new StringBuilder(Size + 100);
            while (text.Length + length + 20 < Size) text.Append(item(next++)).Append(',');
            return text.Append(item(next)).ToString();
        }

        return kind switch
        {
            "brackets" => Many("["),
            "blanks" => Many(" "),
            "newlines before a mistake" => Many("\n") + Top(""),
            "zeros in an array" => $"[{List("0")}]",
            "zeros as policies" => Top("", $"[{List("0")}]"),
            "zeros in one policy" => Root($"[{List("0")}]"),
            "one string" => OfPolicy("p", "{}", $$"""{"name": "r", "limit_keys": ["{{Many("x")}}"], "algorithm": "token_bucket", "algorithm_config": {} }"""),
            "one number" => $$"""{"bundle_version": {{Many("9")}}, "policies": []}""",
            "one name" => Top($"\"{Many("n")}\": 1,"),
            "one id" => OfPolicy(Many("i"), "{}", ""),
            "one path" => Root($$"""{"pathPrefix": "{{Many("/a")}}"}"""),
            "one host" => Root($$"""{"pathPrefix": "/", "hosts": ["{{Many("a.")}}"]}"""),
            "empty policies" => Top("", $"[{string.Join(',', Enumerable.Repeat($"{{{new string(' ', 120)}}}", 99_000))}]"),
            "one name again and again" => Root($"{{{List("\"a\": 1")}}}"),
            "unknown fields" => Top(Numbered(i => $"\"field-number-{i}\": \"{i:D20}\"", 60) + ","),
            "methods" => Root($$"""{"pathPrefix": "/", "methods": [{{List("\"GET      a method with a name of some length\"")}}]}"""),
            "hosts with deep paths" => Root($$"""
                {"pathPrefix": "{{new StringBuilder().Insert(0, "/a", 32)}}", "hosts": [{{Numbered(i => $"\"{i}.a-host-with-a-name-of-some-length.example.com\"", 50)}}]}
                """),
            "descriptors" => OfPolicy("p", "{}", Numbered(
                i => $$"""{"name": "r{{i}}", "limit_keys": ["header:h{{i}}"], "algorithm": "token_bucket", "algorithm_config": {"rps": 1, "burst": 1} }""", 140)),
            "kill switches" => Top($"\"kill_switches\": [{List("{\"scope_key\": \"jwt:sub\", \"scope_value\": \"an identity that is long\"}")}],"),
            "kill switches without a scope" => Top(
                $"\"kill_switches\": [{string.Join(',', Enumerable.Repeat($"{{\"selector\": {{\"pathPrefix\": \"/{new string('a', 8000)}\"}}}}", 1400))}],"),
            "stages" => OfPolicy("p", "{}", $$"""
                {"name": "r", "limit_keys": [], "algorithm": "cost_based", "algorithm_config": {"staged_actions": [{{List("{\"threshold_percent\": 100, \"action\": \"reject\"                    }")}}]} }
                """),
            "escapes of half a pair" => OfPolicy(Many("\\ud800"), "{}", ""),
            _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, null),
        };
    }
}
