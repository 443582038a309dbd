using System.Text;
using Appliance.Limiter.Routing;
using Appliance.Limiter.Rules;

namespace Appliance.Limiter.Bundles;

/// <summary>`selector`: which requests a policy or a kill switch is about (part B section 1.3).</summary>
internal static class SelectorCompiler
{
    private const int MaxPathBytes = 8192;
    private const int MaxMethods = 64;

    /// <summary>Null after an error.</summary>
    /// <param name="selector">A table.</param>
    /// <param name="findings">Takes errors and lints.</param>
    /// <param name="prefix">Begins the messages.</param>
    public static RequestSelector? Compile(BundleNode selector, BundleFindings findings, string prefix)
    {
        findings.LintUnknown(selector, "pathPrefix", "pathExact", "methods", "hosts");
        var fields = new FieldReader(selector, findings, prefix + "selector.");
        byte[]? pathPrefix = ReadPath(fields, "pathPrefix");
        byte[]? pathExact = ReadPath(fields, "pathExact");
        byte[][]? methods = ReadMethods(fields);
        (byte[][]? hosts, byte[][]? suffixes) = HostNames.Read(fields);
        return fields.IsSound ? new RequestSelector(new RouteSelector(pathPrefix, pathExact, hosts, suffixes), methods) : null;
    }

    private static byte[]? ReadPath(FieldReader fields, string field)
    {
        if (fields.Table.Member(field) is not { } node) return null;
        if (!node.IsString || !node.Text.StartsWith('/'))
        {
            fields.RefuseAt(node, $"{field} must begin with \"/\"");
            return null;
        }

        byte[] path = Encoding.UTF8.GetBytes(node.Text);
        int segments = 0;
        bool dots = false;
        var walk = new PathSegments(path);
        while (walk.MoveNext())
        {
            segments++;
            dots |= walk.Current.SequenceEqual("."u8) || walk.Current.SequenceEqual(".."u8);
        }

        if (dots || path.AsSpan().IndexOf("//"u8) >= 0 || path.AsSpan().IndexOf((byte)'?') >= 0)
            fields.Lint(field, "requests are matched without query, dot segments and doubled slashes: this may never match");
        if (segments > RouteIndex.MaxSegments || path.Length > MaxPathBytes)
            fields.RefuseAt(node, $"{field} must have at most {RouteIndex.MaxSegments} segments and {MaxPathBytes} bytes");
        return path;
    }

    private static byte[][]? ReadMethods(FieldReader fields)
    {
        if (fields.Table.Member("methods") is not { } node) return null;
        if (!node.IsArray || node.Items.Count is 0 or > MaxMethods || node.Items.Exists(m => !m.IsString || m.Text.Length == 0))
        {
            fields.RefuseAt(node, $"methods must be a non-empty array of method names, at most {MaxMethods}");
            return null;
        }

        foreach (BundleNode method in node.Items)
        {
            if (method.Text.Any(char.IsAsciiLetterLower)) fields.Findings.Lint(method, "methods are case-sensitive: this may never match");
        }

        return [.. node.Items.Select(m => m.Text).Distinct().Select(Encoding.UTF8.GetBytes)];
    }
}
