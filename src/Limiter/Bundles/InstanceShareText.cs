namespace Appliance.Limiter.Bundles;

/// <summary>`instance_share` of a bundle or a policy.</summary>
internal static class InstanceShareText
{
    private const string Field = "instance_share";

    /// <summary>The N; <paramref name="absent"/> when the table does not say.</summary>
    public static int Read(FieldReader fields, int absent)
    {
        if (fields.Table.Member(Field) is not { } node) return absent;
        if (node.IsString && InstanceShare.TryRead(node.Text, out int instances)) return instances;
        fields.RefuseAt(node, $"{Field} must be \"1/N\" with an N of 1 to {InstanceShare.MaxInstances}");
        return absent;
    }
}
