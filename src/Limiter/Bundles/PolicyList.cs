using System.Text;
using Appliance.Limiter.Routing;
using Appliance.Limiter.Rules;

namespace Appliance.Limiter.Bundles;

/// <summary>`policies`, compiled and in the order of their ids' bytes.</summary>
/// <param name="Policies">Ascending.</param>
/// <param name="Routes">By index into <paramref name="Policies"/>.</param>
internal sealed record PolicyList(Policy[] Policies, RouteIndex Routes)
{
    private const int MaxRules = 200_000;

    /// <summary>Null after an error.</summary>
    public static PolicyList? Compile(
        ReadOnlySpan<byte> utf8Json, BundleDocument document, DescriptorTable descriptors, BundleFindings findings, BundleOptions options)
    {
        if (document.Root.Member("policies") is not { IsList: true } node)
        {
            findings.Error(document.Root.Member("policies") ?? document.Root, "policies must be a table");
            return null;
        }

        if (document.PolicyCount == 0) findings.Lint(node, "no policies: everything is allowed");
        if (document.PolicyCount > BundleParser.MaxPolicies)
        {
            findings.Error(node, $"more than {BundleParser.MaxPolicies} policies");
            return null;
        }

        var compiled = new List<(Policy Policy, RouteSelector Route)>(document.PolicyCount);
        var ids = new HashSet<string>();
        for (int i = 0; i < document.PolicyCount; i++)
        {
            if (BundleParser.ParsePolicy(utf8Json, document, i, findings) is not { } policy) continue;
            if (policy.Member("id") is { IsString: true } id && id.Text.Length > 0 && !ids.Add(id.Text)) findings.Error(id, "two policies have this id");
            if (PolicyCompiler.Compile(policy, i, descriptors, findings, options) is { } sound) compiled.Add(sound);
        }

        if (compiled.Sum(p => p.Policy.Rules.Length) > MaxRules) findings.Error(node, $"more than {MaxRules} rules");
        if (compiled.Sum(p => p.Route.IndexNodes) > RouteIndex.MaxNodes)
            findings.Error(node, $"hosts times path segments of all selectors are more than {RouteIndex.MaxNodes}");
        return findings.HasErrors ? null : InOrder(compiled);
    }

    private static PolicyList InOrder(List<(Policy Policy, RouteSelector Route)> compiled)
    {
        byte[][] ids = [.. compiled.Select(p => Encoding.UTF8.GetBytes(p.Policy.Id))];
        (Policy Policy, RouteSelector Route)[] ordered = [.. compiled];
        Array.Sort(ids, ordered, Comparer<byte[]>.Create((a, b) => a.AsSpan().SequenceCompareTo(b)));
        return new PolicyList([.. ordered.Select(p => p.Policy)], RouteIndex.Build([.. ordered.Select(p => p.Route)]));
    }
}
