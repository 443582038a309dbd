using System.Text;
using Appliance.Limiter.Rules;

namespace Appliance.Limiter.Bundles;

/// <summary>Where a rule's costs come from, as read: `cost_source` or `cost_key`, `fixed_cost`, `default_cost`.</summary>
/// <param name="Kind">Where from.</param>
/// <param name="Name">Header (lower case, '-') or query parameter; empty when fixed.</param>
/// <param name="Cost">Tokens: the fixed cost, or that of a request that brings none.</param>
internal sealed record CostFields(CostSourceKind Kind, string Name, decimal Cost)
{
    public bool IsForeign => Kind != CostSourceKind.Fixed;

    /// <param name="fields">The algorithm_config.</param>
    /// <param name="sourceField">What the algorithm calls the source.</param>
    public static CostFields Read(FieldReader fields, string sourceField)
    {
        decimal fixedCost = fields.Positive("fixed_cost") ?? 1;
        decimal defaultCost = fields.Positive("default_cost") ?? 1;
        if (fields.Table.Member(sourceField) is not { } node || node is { IsString: true, Text: "fixed" })
            return new CostFields(CostSourceKind.Fixed, "", fixedCost);
        string text = node.IsString ? node.Text : "";
        int colon = text.IndexOf(':', StringComparison.Ordinal);
        string name = text[(colon + 1)..];
        string source = colon < 0 ? "" : text[..colon];
        if (DescriptorText.IsName(name))
        {
            if (source == "header") return new CostFields(CostSourceKind.Header, DescriptorText.HeaderName(name), defaultCost);
            if (source == "query") return new CostFields(CostSourceKind.Query, name, defaultCost);
        }

        fields.RefuseAt(node, $"{sourceField} must be fixed, header:<name>, or query:<name>");
        return new CostFields(CostSourceKind.Fixed, "", fixedCost);
    }

    public CostSource On(ICostScale scale) => new(Kind, Encoding.ASCII.GetBytes(Name), scale, Cost);
}
