using Appliance.Limiter.Routing;
using Appliance.Limiter.Rules;

namespace Appliance.Limiter.Bundles;

/// <summary>`overrides` of a rule: { value of the first limit key: algorithm_config } (A16).</summary>
internal static class OverridesCompiler
{
    /// <summary>Null when there are none, or after an error.</summary>
    public static RuleOverrides? Compile(FieldReader rule, AlgorithmKind kind, LimitKey[] keys, PolicyScope scope)
    {
        if (rule.OptionalTable("overrides") is not { } node || node.Members.Count == 0) return null;
        if (keys.Length == 0)
        {
            rule.RefuseAt(node, "overrides need a limit key");
            return null;
        }

        var byValue = new Dictionary<byte[], Algorithm>(new Utf8Comparer());
        foreach ((string text, BundleNode config) in node.Members)
        {
            if (MatchValue.Compile(keys[0], text, out string mistake) is not { } condition)
            {
                rule.RefuseAt(config, $"overrides: a value of {keys[0].Text} {mistake}");
                continue;
            }

            Algorithm? algorithm = AlgorithmCompiler.Compile(kind, config, scope);
            if (algorithm is null) rule.Invalidate();
            else if (!byValue.TryAdd(KeyOf(condition), algorithm)) rule.RefuseAt(config, "overrides: two names of one address");
        }

        return new RuleOverrides(byValue);
    }

    private static byte[] KeyOf(MatchCondition condition) =>
        condition.Key.Kind == LimitKeyKind.ClientAddress ? RuleOverrides.KeyOf(condition.Address) : condition.Value;
}
