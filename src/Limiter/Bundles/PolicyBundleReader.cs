using System.Security.Cryptography;
using System.Text;
using Appliance.Limiter.Bundles;
using Appliance.Limiter.Routing;
using Appliance.Limiter.Rules;

namespace Appliance.Limiter;

/// <summary>
/// Reads and compiles policy bundles in Fairvisor's format (policies.md part B section 1). Any error refuses the whole bundle; what
/// the format knows but this version does not do is an error, what nobody knows is a lint.
/// </summary>
public static class PolicyBundleReader
{
    private const int MaxPolicies = 100_000;
    private const int MaxRules = 100_000;

    /// <summary>Reads a whole bundle; collects every error; never throws, whatever the bytes are. Thread-safe.</summary>
    /// <param name="utf8Json">The file's bytes, at most 50 MiB.</param>
    /// <param name="now">Wall-clock time, against which expires_at is checked.</param>
    public static BundleReadResult Read(ReadOnlySpan<byte> utf8Json, DateTimeOffset now)
    {
        if (utf8Json.Length > BundleParser.MaxBytes)
            return new BundleReadResult(null, [new BundleError("", 1, 1, $"the file is larger than {BundleParser.MaxBytes} bytes")], []);
        var findings = new BundleFindings(utf8Json);
        PolicySnapshot? snapshot = BundleParser.Parse(utf8Json, findings) is { } document
            ? Compile(document, Convert.ToHexStringLower(SHA256.HashData(utf8Json)), now, findings)
            : null;
        return new BundleReadResult(findings.HasErrors ? null : snapshot, findings.Errors, findings.Lints);
    }

    private static PolicySnapshot? Compile(BundleNode bundle, string sha256, DateTimeOffset now, BundleFindings findings)
    {
        if (!bundle.IsObject)
        {
            findings.Error(bundle, "bundle must be a table");
            return null;
        }

        findings.LintUnknown(bundle, "bundle_version", "policies", "issued_at", "expires_at", "kill_switches", "global_shadow", "kill_switch_override", "defaults");
        BundleValue.RefuseUnavailable(bundle, findings, "kill_switches", "global_shadow", "kill_switch_override");
        const string VersionMessage = "bundle_version must be a positive number";
        decimal? version = BundleValue.Positive(bundle, "bundle_version", findings, VersionMessage);
        if (bundle.Member("bundle_version") is null) findings.Error(bundle, VersionMessage);
        CheckTimes(bundle, now, findings);
        List<(Policy Policy, RouteSelector Route)> policies = Policies(bundle, findings);
        if (findings.HasErrors || version is null) return null;

        policies.Sort((a, b) => Encoding.UTF8.GetBytes(a.Policy.Id).AsSpan().SequenceCompareTo(Encoding.UTF8.GetBytes(b.Policy.Id)));
        RouteIndex routes = RouteIndex.Build([.. policies.Select(p => p.Route)]);
        return new PolicySnapshot(version.Value, sha256, [.. policies.Select(p => p.Policy)], routes);
    }

    private static void CheckTimes(BundleNode bundle, DateTimeOffset now, BundleFindings findings)
    {
        if (bundle.Member("issued_at") is { } issued && !BundleValue.TryTimestamp(issued, out _))
            findings.Error(issued, "issued_at_invalid: must be YYYY-MM-DDTHH:MM:SSZ");
        if (bundle.Member("expires_at") is not { } expires) return;
        if (!BundleValue.TryTimestamp(expires, out DateTimeOffset end)) findings.Error(expires, "expires_at_invalid: must be YYYY-MM-DDTHH:MM:SSZ");
        else if (end <= now) findings.Error(expires, "bundle_expired");
    }

    private static List<(Policy Policy, RouteSelector Route)> Policies(BundleNode bundle, BundleFindings findings)
    {
        var policies = new List<(Policy Policy, RouteSelector Route)>();
        if (bundle.Member("policies") is not { IsArray: true } node)
        {
            findings.Error(bundle.Member("policies") ?? bundle, "policies must be a table");
            return policies;
        }

        if (node.Items.Count == 0) findings.Lint(node, "no policies: everything is allowed");
        if (node.Items.Count > MaxPolicies)
        {
            findings.Error(node, $"more than {MaxPolicies} policies");
            return policies;
        }

        var ids = new HashSet<string>();
        for (int i = 0; i < node.Items.Count; i++)
        {
            if (PolicyCompiler.Compile(node.Items[i], i, findings) is not { } compiled) continue;
            policies.Add(compiled);
            if (!ids.Add(compiled.Policy.Id)) findings.Error(node.Items[i], "two policies have this id");
        }

        if (policies.Sum(p => p.Policy.Rules.Length) > MaxRules) findings.Error(node, $"more than {MaxRules} rules");
        return policies;
    }
}
