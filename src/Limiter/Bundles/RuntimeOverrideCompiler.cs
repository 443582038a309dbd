using System.Text.Json;

namespace Appliance.Limiter.Bundles;

/// <summary>`global_shadow` and `kill_switch_override` (part B section 1.8).</summary>
internal static class RuntimeOverrideCompiler
{
    private const int MaxReasonLength = 256;

    /// <summary>Null when it is absent, not enabled, dropped, or refused with an error.</summary>
    public static RuntimeOverride? Compile(BundleNode bundle, string field, BundleFindings findings, DateTimeOffset now, bool dropsExpired)
    {
        if (bundle.Member(field) is not { } node) return null;
        var fields = new FieldReader(node, findings, $"{field}_invalid: ");
        if (!node.IsObject)
        {
            fields.RefuseAt(node, "must be a table");
            return null;
        }

        findings.LintUnknown(node, "enabled", "reason", "expires_at");
        if (!fields.Has("enabled")) fields.Refuse("enabled", "enabled is required");
        if (!fields.Flag("enabled", absent: false)) return null;

        string reason = Reason(fields);
        DateTimeOffset? end = End(fields);
        if (end <= now && dropsExpired)
        {
            fields.Lint("expires_at", $"{field} is over, ignored");
            return null;
        }

        if (end <= now) fields.Refuse("expires_at", "expired");
        return fields.IsSound ? new RuntimeOverride(reason, end!.Value) : null;
    }

    private static string Reason(FieldReader fields)
    {
        BundleNode? node = fields.Table.Member("reason");
        if (node is not { IsString: true } || node.Text.Length == 0) fields.Refuse("reason", "reason is required when enabled");
        else if (node.Text.Length > MaxReasonLength) fields.RefuseAt(node, $"reason must be <= {MaxReasonLength} chars");
        return node?.Text ?? "";
    }

    private static DateTimeOffset? End(FieldReader fields)
    {
        BundleNode? node = fields.Table.Member("expires_at");
        if (node is null || node.Kind == JsonValueKind.Null) fields.Refuse("expires_at", "expires_at is required when enabled");
        else if (BundleTime.TryRead(node, out DateTimeOffset end)) return end;
        else fields.RefuseAt(node, "expires_at_invalid: must be YYYY-MM-DDTHH:MM:SSZ");
        return null;
    }
}
