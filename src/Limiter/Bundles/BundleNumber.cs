using System.Globalization;
using System.Text.Json;

namespace Appliance.Limiter.Bundles;

/// <summary>JSON numbers as decimals: exact for whatever a person writes, and refused where a decimal ends.</summary>
internal static class BundleNumber
{
    /// <summary>False for what is no number, or none that can be held.</summary>
    /// <param name="node">Any value.</param>
    /// <param name="value">The number.</param>
    /// <param name="remark">For a message: why a number was not taken as it stands; else empty.</param>
    public static bool TryRead(BundleNode node, out decimal value, out string remark)
    {
        remark = "";
        value = 0;
        if (node.Kind != JsonValueKind.Number) return false;
        if (!decimal.TryParse(node.Text, NumberStyles.Float, CultureInfo.InvariantCulture, out value))
        {
            remark = " (out of range)";
            return false;
        }

        // What is written as more than nothing must not become nothing.
        if (value != 0 || !HasDigitAboveZero(node.Text)) return true;
        remark = " (too small)";
        return false;
    }

    private static bool HasDigitAboveZero(string number)
    {
        int exponent = number.AsSpan().IndexOfAny('e', 'E');
        return (exponent < 0 ? number : number.AsSpan(0, exponent)).ContainsAnyInRange('1', '9');
    }
}
