using System.Globalization;

namespace Appliance.Fixtures;

/// <summary>A number that is expected: exactly, or written `10..15`, within bounds.</summary>
/// <param name="Least">Inclusive.</param>
/// <param name="Most">Inclusive.</param>
internal readonly record struct NumberRange(long Least, long Most)
{
    public bool Holds(long value) => value >= Least && value <= Most;

    /// <summary>`10` or `10..15`.</summary>
    public static bool TryRead(string text, out NumberRange range)
    {
        range = default;
        int dots = text.IndexOf("..", StringComparison.Ordinal);
        ReadOnlySpan<char> first = dots < 0 ? text : text.AsSpan(0, dots);
        ReadOnlySpan<char> second = dots < 0 ? text : text.AsSpan(dots + 2);
        if (!long.TryParse(first, NumberStyles.None, CultureInfo.InvariantCulture, out long least)) return false;
        if (!long.TryParse(second, NumberStyles.None, CultureInfo.InvariantCulture, out long most) || most < least) return false;
        range = new NumberRange(least, most);
        return true;
    }

    public override string ToString() => Least == Most ? $"{Least}" : $"{Least}..{Most}";
}
