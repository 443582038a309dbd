using System.Globalization;

namespace Appliance.Limiter;

/// <summary>`1/N`: N installations with counters of their own share the limits (policies.md A16).</summary>
public static class InstanceShare
{
    /// <summary>The largest N.</summary>
    public const int MaxInstances = 1000;

    /// <summary>Reads the text; the N is 1 .. <see cref="MaxInstances"/>, and 1 when false is returned.</summary>
    public static bool TryRead(string text, out int instances)
    {
        ArgumentNullException.ThrowIfNull(text);
        string divisor = text.StartsWith("1/", StringComparison.Ordinal) ? text[2..] : "";
        if (int.TryParse(divisor, NumberStyles.None, CultureInfo.InvariantCulture, out instances) && instances is > 0 and <= MaxInstances) return true;
        instances = 1;
        return false;
    }
}
