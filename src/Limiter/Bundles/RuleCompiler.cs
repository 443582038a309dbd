using Appliance.Limiter.Evaluation;
using Appliance.Limiter.Rules;

namespace Appliance.Limiter.Bundles;

/// <summary>One element of `rules`, or `fallback_limit` (part B section 1.4).</summary>
internal static class RuleCompiler
{
    private const int MaxMatches = 16;
    private const string KeysPrefix = "invalid_limit_keys: ";

    /// <summary>Null after an error.</summary>
    /// <param name="rule">Any value.</param>
    /// <param name="scope">The policy around it.</param>
    /// <param name="defaultName">The name of a rule that may go without; null: it may not.</param>
    public static PolicyRule? Compile(BundleNode rule, PolicyScope scope, string? defaultName)
    {
        BundleFindings findings = scope.Findings;
        if (!rule.IsObject)
        {
            findings.Error(rule, "a rule must be a table");
            return null;
        }

        findings.LintUnknown(rule, "name", "limit_keys", "algorithm", "algorithm_config", "match", "on_missing", "overrides");
        var fields = new FieldReader(rule, findings, "");
        string? name = defaultName is not null && !fields.Has("name") ? defaultName : BundleName.Read(rule, "name", findings, "missing name");
        LimitKey[]? keys = LimitKeys(fields, scope);
        MatchCondition[]? match = Match(fields, scope);
        string onMissing = fields.Choice("on_missing", "skip", "shared", "reject");
        AlgorithmKind? kind = AlgorithmCompiler.Kind(fields);
        Algorithm? algorithm = kind is null ? null : AlgorithmCompiler.CompileConfig(kind.Value, fields, scope);
        RuleOverrides? overrides = kind is null || keys is null ? null : OverridesCompiler.Compile(fields, kind.Value, keys, scope);
        if (!fields.IsSound || name is null || keys is null || match is null || algorithm is null) return null;
        return new PolicyRule
        {
            Name = name,
            LimitKeys = keys,
            Match = match,
            Algorithm = algorithm,
            Overrides = overrides,
            OnMissing = onMissing switch
            {
                "shared" => MissingKeyAction.Shared,
                "reject" => MissingKeyAction.Reject,
                _ => MissingKeyAction.Skip,
            },
        };
    }

    private static LimitKey[]? LimitKeys(FieldReader fields, PolicyScope scope)
    {
        if (fields.Table.Member("limit_keys") is not { IsList: true } node)
        {
            fields.Refuse("limit_keys", KeysPrefix + "must be an array of descriptor keys");
            return null;
        }

        if (node.Items.Count > KeyBuffer.MaxParts)
        {
            fields.RefuseAt(node, $"{KeysPrefix}at most {KeyBuffer.MaxParts} keys");
            return null;
        }

        var keys = new List<LimitKey>(node.Items.Count);
        foreach (BundleNode item in node.Items)
        {
            if (!item.IsString) fields.RefuseAt(item, KeysPrefix + "must be a string");
            else if (scope.Descriptor(item.Text, item, KeysPrefix) is { } key) keys.Add(key);
        }

        return keys.Count == node.Items.Count ? [.. keys] : null;
    }

    private static MatchCondition[]? Match(FieldReader fields, PolicyScope scope)
    {
        if (fields.Table.Member("match") is not { } node) return [];
        if (!node.IsObject || node.Members.Count > MaxMatches)
        {
            fields.RefuseAt(node, $"match must be a table of at most {MaxMatches} descriptor keys and values");
            return null;
        }

        var conditions = new List<MatchCondition>(node.Members.Count);
        foreach ((string name, BundleNode value) in node.Members)
        {
            if (scope.Descriptor(name, value, "match: ") is not { } key) continue;
            string mistake = "must be a string, number or boolean";
            MatchCondition? condition = MatchValue.IsScalar(value) ? MatchValue.Compile(key, value.Text, out mistake) : null;
            if (condition is not null) conditions.Add(condition);
            else fields.RefuseAt(value, $"match: the value of {key.Text} {mistake}");
        }

        return conditions.Count == node.Members.Count ? [.. conditions] : null;
    }
}
