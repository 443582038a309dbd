using Appliance.Limiter.Routing;
using Appliance.Limiter.Rules;

namespace Appliance.Limiter.Bundles;

/// <summary>One element of `policies` (part B section 1.2).</summary>
internal static class PolicyCompiler
{
    private const string FallbackName = "fallback_limit";

    /// <summary>Null after an error.</summary>
    public static (Policy Policy, RouteSelector Route)? Compile(
        BundleNode policy, int index, DescriptorTable descriptors, BundleFindings findings, BundleOptions options)
    {
        if (!policy.IsObject)
        {
            findings.Error(policy, $"policy[{index}]: must be a table");
            return null;
        }

        findings.LintUnknown(policy, "id", "spec");
        string? id = BundleName.Read(policy, "id", findings, $"policy[{index}]: missing id");
        if (policy.Member("spec") is not { IsObject: true } spec)
        {
            findings.Error(policy.Member("spec") ?? policy, $"policy={id ?? "?"}: missing spec");
            return null;
        }

        findings.LintUnknown(
            spec, "selector", "mode", "rules", FallbackName, "loop_detection", "circuit_breaker", "on_table_full", "on_partition", "instance_share");
        var fields = new FieldReader(spec, findings, "");
        RequestSelector? selector = Selector(fields);
        var scope = new PolicyScope(findings, descriptors, InstanceShareText.Read(fields, options.InstanceShare));
        string mode = Mode(fields);
        string onFull = fields.Choice("on_table_full", "open", "closed");
        string onPartition = fields.Choice("on_partition", "full", "share");
        PolicyRule[]? rules = Rules(fields, scope);
        PolicyRule? fallback = fields.OptionalTable(FallbackName) is { } node ? RuleCompiler.Compile(node, scope, FallbackName) : null;
        LoopDetection? loop = GuardCompiler.Loop(fields);
        SpendBreaker? breaker = GuardCompiler.Breaker(fields, rules ?? []);
        CheckNames(fields, rules ?? [], fallback);
        bool sound = fields.IsSound && id is not null && selector is not null && rules is not null && (fallback is not null || !fields.Has(FallbackName));
        if (!sound) return null;
        var compiled = new Policy
        {
            Id = id!,
            Paths = selector!.Route.Paths,
            IsShadow = mode == "shadow",
            IsClosedWhenTableFull = fields.Has("on_table_full") ? onFull == "closed" : options.IsClosedWhenTableFull,
            IsSharedInPartition = onPartition == "share",
            Methods = selector.Methods,
            Rules = rules!,
            Fallback = fallback,
            Loop = loop,
            Breaker = breaker,
            Descriptors = scope.Descriptors,
        };
        return (compiled, selector.Route);
    }

    private static string Mode(FieldReader fields)
    {
        BundleNode? node = fields.Table.Member("mode");
        if (node is null || (node.IsString && node.Text is "enforce" or "shadow")) return node?.Text ?? "enforce";
        fields.RefuseAt(node, "invalid mode: mode must be one of: enforce, shadow");
        return "enforce";
    }

    private static RequestSelector? Selector(FieldReader fields)
    {
        if (fields.Table.Member("selector") is not { IsObject: true } node)
        {
            fields.Refuse("selector", "missing selector");
            return null;
        }

        RequestSelector? selector = SelectorCompiler.Compile(node, fields.Findings, "");
        if (selector is null) return null;
        RouteSelector route = selector.Route;
        if (route is { PathPrefix: null, PathExact: null }) fields.Lint("selector", "neither pathPrefix nor pathExact: the policy never matches");
        if (route is { IsAnyHost: true, PathPrefix: [(byte)'/'] })
        {
            fields.Findings.Lint(
                node.Member("pathPrefix")!, "pathPrefix \"/\" selects every request of every host: name hosts or a longer prefix if that is not meant");
        }

        return selector;
    }

    private static PolicyRule[]? Rules(FieldReader fields, PolicyScope scope)
    {
        if (fields.Table.Member("rules") is not { IsList: true } node)
        {
            fields.Refuse("rules", "rules must be a table");
            return null;
        }

        var rules = new List<PolicyRule>(node.Items.Count);
        foreach (BundleNode item in node.Items)
        {
            if (RuleCompiler.Compile(item, scope, null) is { } rule) rules.Add(rule);
        }

        return rules.Count == node.Items.Count ? [.. rules] : null;
    }

    /// <summary>The name is part of the key: two rules of one name would drain one bucket under two sizes.</summary>
    private static void CheckNames(FieldReader fields, PolicyRule[] rules, PolicyRule? fallback)
    {
        var names = new HashSet<string>();
        for (int i = 0; i < rules.Length; i++)
        {
            if (!names.Add(rules[i].Name)) fields.RefuseAt(fields.Table.Member("rules")!.Items[i], "two rules of one policy have this name");
        }

        if (fallback is not null && !names.Add(fallback.Name)) fields.Refuse(FallbackName, "two rules of one policy have this name");
    }
}
