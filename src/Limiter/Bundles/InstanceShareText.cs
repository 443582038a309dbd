using System.Globalization;

namespace Appliance.Limiter.Bundles;

/// <summary>`instance_share: "1/N"`: N installations with counters of their own share the limits (A16).</summary>
internal static class InstanceShareText
{
    public const int MaxInstances = 1000;
    private const string Field = "instance_share";

    /// <summary>The N; <paramref name="absent"/> when the table does not say.</summary>
    public static int Read(FieldReader fields, int absent)
    {
        if (fields.Table.Member(Field) is not { } node) return absent;
        bool isFraction = node.IsString && node.Text.StartsWith("1/", StringComparison.Ordinal);
        string divisor = isFraction ? node.Text[2..] : "";
        if (int.TryParse(divisor, NumberStyles.None, CultureInfo.InvariantCulture, out int instances) && instances is > 0 and <= MaxInstances) return instances;
        fields.RefuseAt(node, $"{Field} must be \"1/N\" with an N of 1 to {MaxInstances}");
        return absent;
    }
}
