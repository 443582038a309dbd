using System.Text;
using Appliance.Limiter.Rules;

namespace Appliance.Limiter.Bundles;

/// <summary>`kill_switches` (part B section 1.7, A13).</summary>
internal static class KillSwitchCompiler
{
    private const int MaxSwitches = 10_000;

    /// <summary>Each request asks all of these, one after the other.</summary>
    private const int MaxUnscoped = 256;
    private const int MaxPathBytes = 8192;
    private const string Prefix = "kill_switch_invalid: ";

    /// <summary>In the order of the bundle; without those that had an error.</summary>
    public static KillSwitch[] CompileAll(BundleNode bundle, DescriptorTable descriptors, BundleFindings findings)
    {
        if (bundle.Member("kill_switches") is not { } node) return [];
        if (!node.IsList || node.Items.Count > MaxSwitches)
        {
            findings.Error(node, node.IsList ? $"{Prefix}more than {MaxSwitches} kill switches" : $"{Prefix}kill_switches must be a table");
            return [];
        }

        var compiled = new List<KillSwitch>(node.Items.Count);
        for (int i = 0; i < node.Items.Count; i++)
        {
            if (Compile(node.Items[i], i, descriptors, findings) is { } sound) compiled.Add(sound);
        }

        if (compiled.Count(s => s.Scope is null) > MaxUnscoped) findings.Error(node, $"{Prefix}more than {MaxUnscoped} kill switches without a scope_key");
        return [.. compiled];
    }

    private static KillSwitch? Compile(BundleNode entry, int index, DescriptorTable descriptors, BundleFindings findings)
    {
        if (!entry.IsObject)
        {
            findings.Error(entry, $"{Prefix}kill_switches[{index}] must be a table");
            return null;
        }

        findings.LintUnknown(entry, "scope_key", "scope_value", "route", "selector", "reason", "expires_at");
        string prefix = $"{Prefix}kill_switches[{index}].";
        var fields = new FieldReader(entry, findings, prefix);
        MatchCondition? scope = Scope(fields, descriptors, prefix);
        RequestSelector? selector = Selector(fields, prefix);
        byte[]? route = Route(fields);
        BundleNode? reason = entry.Member("reason");
        if (reason is { IsString: false }) fields.RefuseAt(reason, "reason must be a string");
        long end = End(fields);
        return fields.IsSound
            ? new KillSwitch { Scope = scope, Selector = selector, Route = route, Reason = reason?.Text, ExpiresAt = end }
            : null;
    }

    private static MatchCondition? Scope(FieldReader fields, DescriptorTable descriptors, string prefix)
    {
        if (fields.Table.Member("scope_key") is not { } keyNode)
        {
            // Nothing that says whom to stop is a mistake; all requests are stopped by a selector that says so.
            if (!fields.Has("selector")) fields.Refuse("scope_key", "scope_key is required, or a selector");
            else if (fields.Has("scope_value")) fields.Refuse("scope_value", "scope_value needs a scope_key");
            return null;
        }

        if (!keyNode.IsString)
        {
            fields.RefuseAt(keyNode, "scope_key must be a descriptor key");
            return null;
        }

        LimitKey? key = descriptors.Find(keyNode.Text, keyNode, fields.Findings, prefix + "scope_key: ");
        if (key is null) fields.Invalidate();
        if (fields.Table.Member("scope_value") is not { } valueNode || !valueNode.IsString || valueNode.Text.Length == 0)
        {
            fields.Refuse("scope_value", "scope_value must be a non-empty string");
            return null;
        }

        if (key is null) return null;
        MatchCondition? condition = MatchValue.Compile(key, valueNode.Text, out string mistake);
        if (condition is null) fields.RefuseAt(valueNode, "scope_value " + mistake);
        return condition;
    }

    private static RequestSelector? Selector(FieldReader fields, string prefix)
    {
        if (fields.OptionalTable("selector") is not { } node) return null;
        RequestSelector? selector = SelectorCompiler.Compile(node, fields.Findings, prefix);
        if (selector is null) fields.Invalidate();
        else if (selector.Route is { PathPrefix: null, PathExact: null })
            fields.RefuseAt(node, "selector needs pathPrefix or pathExact: without them it stops nothing");
        return selector;
    }

    private static byte[]? Route(FieldReader fields)
    {
        if (fields.Table.Member("route") is not { } node) return null;
        if (!node.IsString || !node.Text.StartsWith('/')) fields.RefuseAt(node, "route must start with \"/\"");
        else if (Encoding.UTF8.GetByteCount(node.Text) > MaxPathBytes) fields.RefuseAt(node, $"route must have at most {MaxPathBytes} bytes");
        return Encoding.UTF8.GetBytes(node.Text);
    }

    private static long End(FieldReader fields)
    {
        if (fields.Table.Member("expires_at") is not { } node) return long.MaxValue;
        if (BundleTime.TryRead(node, out DateTimeOffset end)) return end.ToUnixTimeSeconds();
        fields.RefuseAt(node, "expires_at must be YYYY-MM-DDTHH:MM:SSZ");
        return 0;
    }
}
