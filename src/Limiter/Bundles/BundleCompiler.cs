using Appliance.Limiter.Rules;

namespace Appliance.Limiter.Bundles;

/// <summary>The top level of a bundle (part B section 1.1). For one bundle.</summary>
internal sealed class BundleCompiler(BundleFindings findings, DateTimeOffset now, BundleOptions options)
{
    private const string VersionMistake = "bundle_version must be a positive number";

    private readonly DescriptorTable _descriptors = new();

    /// <summary>Null after an error.</summary>
    public PolicySnapshot? Compile(ReadOnlySpan<byte> utf8Json, BundleDocument document, string sha256)
    {
        BundleNode bundle = document.Root;
        if (!bundle.IsObject)
        {
            findings.Error(bundle, "bundle must be a table");
            return null;
        }

        findings.LintUnknown(
            bundle, "bundle_version", "policies", "issued_at", "expires_at", "kill_switches", "global_shadow", "kill_switch_override", "defaults",
            "instance_share", "compatibility");
        var fields = new FieldReader(bundle, findings, "");
        if (!fields.Has("bundle_version")) fields.Refuse("bundle_version", VersionMistake);
        decimal version = fields.Positive("bundle_version") ?? 0;
        DateTimeOffset? issued = Time(bundle, "issued_at");
        DateTimeOffset? expires = Time(bundle, "expires_at");
        if (expires <= now) findings.Error(fields.PlaceOf("expires_at"), "bundle_expired");
        KillSwitch[] killSwitches = KillSwitchCompiler.CompileAll(bundle, _descriptors, findings);
        RuntimeOverride? shadow = RuntimeOverrideCompiler.Compile(bundle, "global_shadow", findings, now, options.DropsExpiredOverrides);
        RuntimeOverride? spared = RuntimeOverrideCompiler.Compile(bundle, "kill_switch_override", findings, now, options.DropsExpiredOverrides);
        int share = InstanceShareText.Read(fields, options.InstanceShare);
        PolicyCompatibility? compatibility = fields.Has("compatibility")
            ? fields.Choice("compatibility", "none", "fairvisor") == "none" ? PolicyCompatibility.None : PolicyCompatibility.Fairvisor
            : null;
        PolicyList? policies = PolicyList.Compile(utf8Json, document, _descriptors, findings, options with { InstanceShare = share });
        if (findings.HasErrors || policies is null) return null;
        return new PolicySnapshot(version, sha256, policies.Policies, policies.Routes)
        {
            IssuedAt = issued,
            ExpiresAt = expires,
            KillSwitches = killSwitches,
            ScopedKillSwitches = KillSwitchGroup.Build(killSwitches),
            UnscopedKillSwitches = [.. killSwitches.Where(s => s.Scope is null)],
            GlobalShadow = shadow,
            KillSwitchOverride = spared,
            InstanceShare = share,
            Compatibility = compatibility,
            Descriptors = _descriptors.ToArray(),
        };
    }

    private DateTimeOffset? Time(BundleNode bundle, string field)
    {
        if (bundle.Member(field) is not { } node) return null;
        if (BundleTime.TryRead(node, out DateTimeOffset time)) return time;
        findings.Error(node, $"{field}_invalid: must be YYYY-MM-DDTHH:MM:SSZ");
        return null;
    }
}
