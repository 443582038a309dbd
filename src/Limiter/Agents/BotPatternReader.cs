using System.Text;

namespace Appliance.Limiter.Agents;

/// <summary>Reads a list of names such as bots.txt: `[category]` headings with names below, `#` at the start of a comment's line.</summary>
internal static class BotPatternReader
{
    private const int MinLength = 4;
    private const int MaxLength = 64;

    /// <summary>The list that comes with the appliance.</summary>
    public static IReadOnlyList<BotPattern> ReadShipped()
    {
        using Stream resource = typeof(BotPatternReader).Assembly.GetManifestResourceStream("bots.txt") ?? throw new InvalidOperationException("bots.txt is not in the assembly");
        using var reader = new StreamReader(resource, Encoding.ASCII);
        return Read(reader.ReadToEnd());
    }

    /// <exception cref="FormatException">A line is wrong; the message names it.</exception>
    public static IReadOnlyList<BotPattern> Read(string text)
    {
        var patterns = new List<BotPattern>();
        var names = new HashSet<string>(StringComparer.Ordinal);
        BotCategory category = BotCategory.None;
        int number = 0;
        foreach (string line in text.Split('\n'))
        {
            number++;
            if (line.Length == 0 || line[0] == '#') continue;
            if (line[0] == '[')
            {
                category = BotCategoryNames.Parse(line.Trim('[', ']'));
                continue;
            }

            string name = line.ToLowerInvariant();
            bool isPlain = name.Length is >= MinLength and <= MaxLength && name.All(letter => letter is >= ' ' and <= '~') && name.Trim() == name;
            if (category == BotCategory.None || !isPlain || !names.Add(name)) throw new FormatException($"line {number}: no category above it, not plain, or named twice: {line}");
            patterns.Add(new BotPattern(Encoding.ASCII.GetBytes(name), category));
        }

        return patterns;
    }
}
