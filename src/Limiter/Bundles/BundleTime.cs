using System.Globalization;

namespace Appliance.Limiter.Bundles;

/// <summary>Times in a bundle: strictly `YYYY-MM-DDTHH:MM:SSZ`.</summary>
internal static class BundleTime
{
    /// <summary>False for another format and for a date that no calendar has.</summary>
    public static bool TryRead(BundleNode node, out DateTimeOffset time)
    {
        time = default;
        return node.IsString && node.Text.Length == 20 && DateTimeOffset.TryParseExact(
            node.Text, "yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out time);
    }
}
