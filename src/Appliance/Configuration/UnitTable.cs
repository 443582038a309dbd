using System.Collections.Immutable;
using System.Globalization;

namespace Appliance.Configuration;

/// <summary>Quantities written as a whole number and a unit, such as `100ms`.</summary>
/// <param name="example">What a value looks like, for messages.</param>
/// <param name="units">Suffix and factor, the larger factor later.</param>
internal sealed class UnitTable(string example, ImmutableArray<(string Suffix, long Factor)> units)
{
    /// <summary>Durations in milliseconds.</summary>
    public static readonly UnitTable Milliseconds =
        new("a duration such as 100ms, 30s, 5m or 24h", [("ms", 1), ("s", 1000), ("m", 60_000), ("h", 3_600_000)]);

    /// <summary>Sizes in bytes; a unit is 1024 of the one before.</summary>
    public static readonly UnitTable Bytes =
        new("a size such as 64k, 128m or 2g", [("", 1), ("k", 1L << 10), ("m", 1L << 20), ("g", 1L << 30)]);

    /// <summary>Rates in bits per second; a unit is 1000 of the one before.</summary>
    public static readonly UnitTable BitsPerSecond =
        new("a rate such as 10Mbps", [("bps", 1), ("kbps", 1000), ("Mbps", 1_000_000), ("Gbps", 1_000_000_000)]);

    /// <summary>What a value looks like.</summary>
    public string Example { get; } = example;

    /// <summary>The form as a regular expression.</summary>
    public string Pattern { get; } = $"[0-9]+(?:{string.Join('|', units.Select(u => u.Suffix))})";

    /// <summary>Reads a quantity; false for any other form and for one that does not fit into 63 bits.</summary>
    public bool TryRead(string text, out long amount)
    {
        amount = 0;
        int digits = text.AsSpan().IndexOfAnyExceptInRange('0', '9');
        if (digits < 0) digits = text.Length;
        foreach ((string suffix, long factor) in units)
        {
            if (!text.AsSpan(digits).SequenceEqual(suffix)) continue;
            if (!long.TryParse(text.AsSpan(0, digits), NumberStyles.None, CultureInfo.InvariantCulture, out long number)) return false;
            if (number > long.MaxValue / factor) return false;
            amount = number * factor;
            return true;
        }

        return false;
    }

    /// <summary>Writes an amount with the largest unit that divides it.</summary>
    public string Format(long amount)
    {
        for (int i = units.Length - 1; i > 0; i--)
        {
            if (amount >= units[i].Factor && amount % units[i].Factor == 0) return $"{amount / units[i].Factor}{units[i].Suffix}";
        }

        return $"{amount}{units[0].Suffix}";
    }
}
