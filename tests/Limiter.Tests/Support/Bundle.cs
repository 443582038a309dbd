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

    public static string Rule(string name, string config, string keys = "", string more = "") =>
        $$"""{"name": "{{name}}", "limit_keys": [{{keys}}], "algorithm": "token_bucket", {{more}} "algorithm_config": {{config}} }""";

    public static string Bucket(string rate, string burst, string more = "") => $$"""{"tokens_per_second": {{rate}}, "burst": {{burst}} {{more}} }""";
}
