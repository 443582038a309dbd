using System.Text;
using System.Text.Json;
using Appliance.Limiter.Evaluation;
using Appliance.Limiter.Rules;

namespace Appliance.Limiter.Bundles;

/// <summary>One element of `rules`.</summary>
internal static class RuleCompiler
{
    private const int MaxMatches = 16;
    private static readonly string[] UnavailableAlgorithms = ["cost_based", "token_bucket_llm", "concurrency"];

    /// <summary>Null after an error.</summary>
    public static PolicyRule? Compile(BundleNode rule, BundleFindings findings)
    {
        if (!rule.IsObject)
        {
            findings.Error(rule, "a rule must be a table");
            return null;
        }

        findings.LintUnknown(rule, "name", "limit_keys", "algorithm", "algorithm_config", "match", "on_missing", "overrides", "instance_share");
        BundleValue.RefuseUnavailable(rule, findings, "overrides", "instance_share");
        string? name = BundleValue.Name(rule, "name", findings, "missing name");
        LimitKey[]? keys = LimitKeys(rule, findings);
        MatchCondition[]? match = Match(rule, findings);
        string? onMissing = BundleValue.Choice(rule, "on_missing", findings, "skip", "shared", "reject");
        if (Algorithm(rule, findings) is not { } algorithm || name is null || keys is null || match is null || onMissing is null) return null;
        return new PolicyRule
        {
            Name = name,
            LimitKeys = keys,
            Match = match,
            Algorithm = algorithm,
            OnMissing = onMissing switch
            {
                "shared" => MissingKeyAction.Shared,
                "reject" => MissingKeyAction.Reject,
                _ => MissingKeyAction.Skip,
            },
        };
    }

    private static BucketLimit? Algorithm(BundleNode rule, BundleFindings findings)
    {
        BundleNode? algorithm = rule.Member("algorithm");
        if (algorithm is not { IsString: true } || algorithm.Text != PolicyRule.TokenBucketName)
        {
            bool known = algorithm is { IsString: true } && UnavailableAlgorithms.Contains(algorithm.Text);
            findings.Error(algorithm ?? rule, known ? $"algorithm {algorithm!.Text} is not available in this version" : "unsupported algorithm");
            return null;
        }

        if (rule.Member("algorithm_config") is { IsObject: true } config) return TokenBucketCompiler.Compile(config, findings);
        findings.Error(rule.Member("algorithm_config") ?? rule, "invalid_algorithm_config: must be a table");
        return null;
    }

    private static LimitKey[]? LimitKeys(BundleNode rule, BundleFindings findings)
    {
        if (rule.Member("limit_keys") is not { IsArray: true } node)
        {
            findings.Error(rule.Member("limit_keys") ?? rule, "invalid_limit_keys: must be an array of descriptor keys");
            return null;
        }

        if (node.Items.Count > KeyBuffer.MaxParts)
        {
            findings.Error(node, $"invalid_limit_keys: at most {KeyBuffer.MaxParts} keys");
            return null;
        }

        var keys = new List<LimitKey>();
        foreach (BundleNode item in node.Items)
        {
            if (!item.IsString) findings.Error(item, "invalid_limit_keys: must be a string");
            else if (LimitKeyCompiler.Compile(item.Text, item, findings) is { } key) keys.Add(key);
        }

        return keys.Count == node.Items.Count ? [.. keys] : null;
    }

    private static MatchCondition[]? Match(BundleNode rule, BundleFindings findings)
    {
        if (rule.Member("match") is not { } node) return [];
        if (!node.IsObject || node.Members.Count > MaxMatches)
        {
            findings.Error(node, $"match must be a table of at most {MaxMatches} descriptor keys and values");
            return null;
        }

        var conditions = new List<MatchCondition>();
        foreach ((string name, BundleNode value) in node.Members)
        {
            if (LimitKeyCompiler.Compile(name, value, findings) is { } key && Condition(key, value, findings) is { } condition)
                conditions.Add(condition);
        }

        return conditions.Count == node.Members.Count ? [.. conditions] : null;
    }

    private static MatchCondition? Condition(LimitKey key, BundleNode value, BundleFindings findings)
    {
        bool scalar = value.Kind is JsonValueKind.String or JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False;
        byte[] wanted = Encoding.UTF8.GetBytes(value.Text);
        ClientAddress address = default;
        if (scalar && wanted.Length > 0 && (key.Kind != LimitKeyKind.ClientAddress || ClientAddress.TryParse(wanted, out address)))
            return new MatchCondition(key, wanted, address);
        findings.Error(value, key.Kind == LimitKeyKind.ClientAddress
            ? "match on ip:address needs an IP address"
            : "match values must be non-empty strings, numbers or booleans");
        return null;
    }
}
