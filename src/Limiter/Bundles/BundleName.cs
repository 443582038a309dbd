namespace Appliance.Limiter.Bundles;

/// <summary>Names that may appear in logs and metric labels: ids of policies, names of rules.</summary>
internal static class BundleName
{
    public const int MaxLength = 256;

    /// <summary>The name, or null with an error.</summary>
    /// <param name="parent">The table.</param>
    /// <param name="field">The field of the name.</param>
    /// <param name="findings">Takes the error.</param>
    /// <param name="missing">What to say when there is none.</param>
    public static string? Read(BundleNode parent, string field, BundleFindings findings, string missing)
    {
        BundleNode? node = parent.Member(field);
        if (node is null || !node.IsString || node.Text.Length == 0)
        {
            findings.Error(node ?? parent, missing);
            return null;
        }

        if (node.Text.Length <= MaxLength && !node.Text.Any(char.IsControl)) return node.Text;
        findings.Error(node, $"{field} must have at most {MaxLength} characters and no control characters");
        return null;
    }
}
