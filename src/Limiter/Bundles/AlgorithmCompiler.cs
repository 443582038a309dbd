using Appliance.Limiter.Rules;

namespace Appliance.Limiter.Bundles;

/// <summary>`algorithm` and `algorithm_config` (part B section 2).</summary>
internal static class AlgorithmCompiler
{
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

    /// <summary>Null after an error.</summary>
    /// <param name="kind">Which algorithm.</param>
    /// <param name="config">Its configuration; null when there is none.</param>
    /// <param name="place">Where it should be.</param>
    /// <param name="scope">The policy around it.</param>
    public static Algorithm? Compile(AlgorithmKind kind, BundleNode? config, BundleNode place, PolicyScope scope)
    {
        if (config is not { IsObject: true })
        {
            scope.Findings.Error(config ?? place, Prefix + "must be a table");
            return null;
        }

        var fields = new FieldReader(config, scope.Findings, Prefix);
        return kind switch
        {
            AlgorithmKind.TokenBucket => TokenBucketCompiler.Compile(fields, scope.InstanceShare),
            AlgorithmKind.CostBased => CostBudgetCompiler.Compile(fields, scope.InstanceShare),
            AlgorithmKind.TokenBucketLlm => LlmCompiler.Compile(fields, scope.InstanceShare),
            _ => ConcurrencyCompiler.Compile(fields, scope.InstanceShare),
        };
    }
}
