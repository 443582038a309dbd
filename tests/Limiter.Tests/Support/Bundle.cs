using System.Text;
using Appliance.Limiter;

namespace Limiter.Tests.Support;

/// <summary>Bundles out of their interesting parts.</summary>
internal static class Bundle
{
    public static readonly DateTimeOffset Now = new(2026, 2, 3, 14, 30, 0, TimeSpan.Zero);

    public static BundleReadResult Read(string json) => PolicyBundleReader.Read(Encoding.UTF8.GetBytes(json), Now);

    public static PolicySnapshot Compile(string json)
    {
        BundleReadResult result = Read(json);
        Assert.Empty(result.Errors);
        return result.Snapshot!;
    }

    public static string Of(params string[] policies) => $$"""{"bundle_version": 1, "policies": [{{string.Join(",", policies)}}]}""";

    public static string Policy(string id, string rules, string selector = """{"pathPrefix": "/"}""", string more = "") =>
        $$"""{"id": "{{id}}", "spec": {"selector": {{selector}}, {{more}} "rules": [{{rules}}] } }""";

    public static string Rule(string name, string config, string keys = "", string more = "", string algorithm = "token_bucket") =>
        $$"""{"name": "{{name}}", "limit_keys": [{{keys}}], "algorithm": "{{algorithm}}", {{more}} "algorithm_config": {{config}} }""";

    /// <summary>A cost_based rule whose costs come from the header `cost`, 1 without it; stages besides the reject at 100.</summary>
    public static string Budget(string name, string budget, string period, string keys = "", string stages = "", string more = "") => Rule(
        name,
        $$"""
        {"budget": {{budget}}, "period": "{{period}}", "cost_key": "header:cost",
         "staged_actions": [{{stages}} {"threshold_percent": 100, "action": "reject"}]}
        """,
        keys, more, "cost_based");

    public static string Llm(string name, string config, string keys = "", string more = "") => Rule(name, config, keys, more, "token_bucket_llm");

    public static string Concurrency(string name, int limit, string keys = "", string more = "") =>
        Rule(name, $$"""{"limit": {{limit}}}""", keys, more, "concurrency");

    public static string Bucket(string rate, string burst, string more = "") => $$"""{"tokens_per_second": {{rate}}, "burst": {{burst}} {{more}} }""";
}
