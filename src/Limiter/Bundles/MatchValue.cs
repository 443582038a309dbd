using System.Text;
using System.Text.Json;
using Appliance.Limiter.Rules;

namespace Appliance.Limiter.Bundles;

/// <summary>What a descriptor is compared with: in `match`, as scope_value, as the name of an override.</summary>
internal static class MatchValue
{
    public const int MaxBytes = 4096;

    /// <summary>The condition; null with why not. Pure.</summary>
    /// <param name="key">The descriptor.</param>
    /// <param name="text">The wanted value.</param>
    /// <param name="mistake">Follows the name of what is wrong in a message; empty when the condition is good.</param>
    public static MatchCondition? Compile(LimitKey key, string text, out string mistake)
    {
        mistake = "";
        byte[] wanted = Encoding.UTF8.GetBytes(text);
        ClientAddress address = default;
        // A claim that is not there is the value "" (A4); every other descriptor counts "" as missing and would never fit.
        if (wanted.Length == 0 && key.Kind != LimitKeyKind.JwtClaim) mistake = "must be a non-empty string";
        else if (wanted.Length > MaxBytes) mistake = $"must have at most {MaxBytes} bytes";
        else if (key.Kind == LimitKeyKind.ClientAddress && !ClientAddress.TryParse(wanted, out address)) mistake = "must be an IP address";
        return mistake.Length == 0 ? new MatchCondition(key, wanted, address) : null;
    }

    public static bool IsScalar(BundleNode value) =>
        value.Kind is JsonValueKind.String or JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False;
}
