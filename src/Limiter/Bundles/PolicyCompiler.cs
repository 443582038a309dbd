using Appliance.Limiter.Routing;
using Appliance.Limiter.Rules;

namespace Appliance.Limiter.Bundles;

/// <summary>One element of `policies`.</summary>
internal static class PolicyCompiler
{
    /// <summary>Null after an error.</summary>
    public static (Policy Policy, RouteSelector Route)? Compile(BundleNode policy, int index, BundleFindings findings)
    {
        if (!policy.IsObject)
        {
            findings.Error(policy, $"policy[{index}]: must be a table");
            return null;
        }

        findings.LintUnknown(policy, "id", "spec");
        string? id = BundleValue.Name(policy, "id", findings, $"policy[{index}]: missing id");
        if (policy.Member("spec") is not { IsObject: true } spec)
        {
            findings.Error(policy.Member("spec") ?? policy, $"policy={id ?? "?"}: missing spec");
            return null;
        }

        findings.LintUnknown(
            spec, "selector", "mode", "rules", "fallback_limit", "loop_detection", "circuit_breaker", "on_table_full", "on_partition", "instance_share");
        BundleValue.RefuseUnavailable(spec, findings, "fallback_limit", "loop_detection", "circuit_breaker", "on_partition", "instance_share");
        string? mode = BundleValue.Choice(spec, "mode", findings, "enforce", "shadow");
        string? onFull = BundleValue.Choice(spec, "on_table_full", findings, "open", "closed");
        PolicyRule[]? rules = Rules(spec, findings);
        if (Selector(spec, findings) is not var (route, methods) || id is null || mode is null || onFull is null || rules is null) return null;
        var compiled = new Policy
        {
            Id = id,
            IsShadow = mode == "shadow",
            IsClosedWhenTableFull = onFull == "closed",
            Methods = methods,
            Rules = rules,
        };
        return (compiled, route);
    }

    private static (RouteSelector Route, byte[][]? Methods)? Selector(BundleNode spec, BundleFindings findings)
    {
        if (spec.Member("selector") is { IsObject: true } selector) return SelectorCompiler.Compile(selector, findings);
        findings.Error(spec.Member("selector") ?? spec, "missing selector");
        return null;
    }

    private static PolicyRule[]? Rules(BundleNode spec, BundleFindings findings)
    {
        if (spec.Member("rules") is not { IsArray: true } node)
        {
            findings.Error(spec.Member("rules") ?? spec, "rules must be a table");
            return null;
        }

        var rules = new List<PolicyRule>();
        var names = new HashSet<string>();
        foreach (BundleNode item in node.Items)
        {
            if (RuleCompiler.Compile(item, findings) is not { } rule) continue;
            rules.Add(rule);
            // The name is part of the bucket's key: two rules of one name would drain one bucket under two sizes.
            if (!names.Add(rule.Name)) findings.Error(item, "two rules of one policy have this name");
        }

        return rules.Count == node.Items.Count ? [.. rules] : null;
    }
}
