using System.Text;

namespace Appliance.Admin;

/// <summary>Names of reasons and rules as metrics and status spell them.</summary>
internal static class SnakeCase
{
    /// <summary>`ConnectionRate` becomes `connection_rate`.</summary>
    public static string Of(string name)
    {
        var text = new StringBuilder(name.Length + 4);
        foreach (char letter in name)
        {
            if (char.IsAsciiLetterUpper(letter) && text.Length > 0) text.Append('_');
            text.Append(char.ToLowerInvariant(letter));
        }

        return text.ToString();
    }

    /// <summary>The counts of an array indexed by the enumeration, by name; 0, which stands for "none" where <paramref name="first"/> is 1, is left out.</summary>
    public static IEnumerable<(string Name, long Count)> Counts<TReason>(IReadOnlyList<long> counts, int first)
        where TReason : struct, Enum =>
        Enum.GetValues<TReason>().Select((reason, at) => (at, Of(reason.ToString()))).Where(one => one.at >= first && one.at < counts.Count)
            .Select(one => (one.Item2, counts[one.at]));
}
