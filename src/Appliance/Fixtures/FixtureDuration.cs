using System.Buffers;
using System.Globalization;

namespace Appliance.Fixtures;

/// <summary>Times of a fixture: a decimal number and a unit, `250ms`, `1.5s`, `2m`, `1h`, `7d`; up to a year.</summary>
internal static class FixtureDuration
{
    public const string Example = "a time such as 250ms, 1.5s, 2m, 1h or 7d, at most 366d";

    private static readonly SearchValues<char> Digits = SearchValues.Create("0123456789.");

    private const decimal MostMs = 366m * 86_400_000;

    /// <summary>Units and their milliseconds; `ms` before `m` and `s`, which it ends like.</summary>
    private static readonly (string Suffix, decimal Ms)[] Units = [("ms", 1), ("s", 1000), ("m", 60_000), ("h", 3_600_000), ("d", 86_400_000)];

    /// <summary>Reads a duration in nanoseconds; false for another form and for more than a year.</summary>
    public static bool TryRead(string text, out long nanoseconds)
    {
        nanoseconds = 0;
        int digits = text.AsSpan().IndexOfAnyExcept(Digits);
        if (digits < 1) return false;
        foreach ((string suffix, decimal ms) in Units)
        {
            if (!text.AsSpan(digits).SequenceEqual(suffix)) continue;
            if (!decimal.TryParse(text.AsSpan(0, digits), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out decimal number)) return false;
            if (number > MostMs / ms) return false;
            nanoseconds = (long)(number * ms * 1_000_000);
            return true;
        }

        return false;
    }

    /// <summary>In the unit that reads best: `0s`, `250ms`, `1.5s`, `90s`, `2h`.</summary>
    public static string Text(long nanoseconds)
    {
        decimal ms = nanoseconds / 1_000_000m;
        if (ms != 0 && ms < 1000) return Number(ms) + "ms";
        if (ms > 0 && ms % 86_400_000 == 0) return Number(ms / 86_400_000) + "d";
        if (ms > 0 && ms % 3_600_000 == 0) return Number(ms / 3_600_000) + "h";
        return Number(ms / 1000) + "s";
    }

    private static string Number(decimal value) => value.ToString("0.######", CultureInfo.InvariantCulture);
}
