using Appliance.Limiter.Rules;

namespace Appliance.Limiter.Bundles;

/// <summary>`algorithm` and `algorithm_config` (part B section 2).</summary>
internal static class AlgorithmCompiler
{
    /// <summary>A field that every configuration may have.</summary>
    public const string Repeated = "algorithm";

    private const string Prefix = "invalid_algorithm_config: ";

    /// <summary>What `algorithm` names; null after an error.</summary>
    public static AlgorithmKind? Kind(FieldReader rule)
    {
        if (rule.Table.Member("algorithm") is not { IsString: true } node)
        {
            rule.Refuse("algorithm", "invalid_algorithm_definition: algorithm must be a string");
            return null;
        }

        if (AlgorithmNames.Parse(node.Text) is { } kind) return kind;
        rule.RefuseAt(node, $"unsupported algorithm: {BundleFindings.Shown(node.Text)}");
        return null;
    }

    /// <summary>`algorithm_config` of a rule; null after an error.</summary>
    public static Algorithm? CompileConfig(AlgorithmKind kind, FieldReader rule, PolicyScope scope)
    {
        if (rule.Table.Member("algorithm_config") is { IsObject: true } config) return Compile(kind, config, scope);
        rule.Refuse("algorithm_config", "invalid_algorithm_definition: algorithm_config must be a table");
        return null;
    }

    /// <summary>Null after an error.</summary>
    /// <param name="kind">Which algorithm.</param>
    /// <param name="config">Its configuration, any value.</param>
    /// <param name="scope">The policy around it.</param>
    public static Algorithm? Compile(AlgorithmKind kind, BundleNode config, PolicyScope scope)
    {
        var fields = new FieldReader(config, scope.Findings, Prefix);
        if (!config.IsObject)
        {
            fields.RefuseAt(config, "must be a table");
            return null;
        }

        // Bundles of this format often say it again here; nobody reads it.
        if (config.Member(Repeated) is { } repeated && repeated.Text != AlgorithmNames.Of(kind))
            scope.Findings.Lint(repeated, $"ignored: the rule's algorithm is {AlgorithmNames.Of(kind)}");
        return kind switch
        {
            AlgorithmKind.TokenBucket => TokenBucketCompiler.Compile(fields, scope.InstanceShare),
            AlgorithmKind.CostBased => CostBudgetCompiler.Compile(fields, scope.InstanceShare),
            AlgorithmKind.TokenBucketLlm => LlmCompiler.Compile(fields, scope.InstanceShare),
            _ => ConcurrencyCompiler.Compile(fields, scope.InstanceShare),
        };
    }
}
