namespace Appliance.Configuration;

/// <summary>Finds the word an operator may have meant.</summary>
internal static class Suggestion
{
    private const int MaximumLength = 40;

    /// <summary>Words that are looked at; with thousands of mistakes among thousands of names a check must still end soon.</summary>
    private const int MaximumWords = 200;

    /// <summary>`; did you mean X?` for the closest word, or nothing when none is close.</summary>
    public static string For(string written, IEnumerable<string> known)
    {
        if (written.Length is 0 or > MaximumLength) return "";
        string folded = Fold(written);
        int bound = Math.Clamp(written.Length / 3, 1, 3);
        string? best = null;
        foreach (string word in known.Take(MaximumWords))
        {
            if (word.Length > MaximumLength || Math.Abs(word.Length - written.Length) > bound) continue;
            int distance = Distance(folded, Fold(word));
            if (distance > bound || (distance == bound && best is not null)) continue;
            best = word;
            bound = distance;
        }

        return best is null ? "" : $"; did you mean {best}?";
    }

    private static string Fold(string word) => word.ToLowerInvariant().Replace('-', '_');

    /// <summary>Insertions, deletions, replacements and swaps of neighbours that turn one word into the other.</summary>
    private static int Distance(string a, string b)
    {
        int[] before = new int[b.Length + 1];
        int[] last = new int[b.Length + 1];
        int[] row = new int[b.Length + 1];
        for (int j = 0; j <= b.Length; j++) last[j] = j;
        for (int i = 1; i <= a.Length; i++)
        {
            row[0] = i;
            for (int j = 1; j <= b.Length; j++)
            {
                int replaced = last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
                row[j] = Math.Min(replaced, Math.Min(last[j], row[j - 1]) + 1);
                bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
                if (swapped) row[j] = Math.Min(row[j], before[j - 2] + 1);
            }

            (before, last, row) = (last, row, before);
        }

        return last[b.Length];
    }
}
