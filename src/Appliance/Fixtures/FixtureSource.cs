using System.Collections.Immutable;
using System.Text;

namespace Appliance.Fixtures;

/// <summary>A fixture file's bytes, and what is wrong with them: turns offsets into places. One thread.</summary>
/// <param name="file">As the operator named it.</param>
/// <param name="content">Its bytes.</param>
internal sealed class FixtureSource(string file, byte[] content)
{
    private const int MaxMistakes = 200;

    private readonly List<(int Offset, string Text)> _mistakes = [];

    public string File => file;

    public byte[] Content => content;

    public bool HasMistakes => _mistakes.Count > 0;

    /// <summary>In the order of the file; each begins with FILE:LINE:COLUMN.</summary>
    public ImmutableArray<string> Mistakes => [.. _mistakes.OrderBy(mistake => mistake.Offset).Select(mistake => $"{PlaceOf(mistake.Offset)}: {mistake.Text}").Distinct()];

    /// <summary>Notes a mistake at a value; the first few hundred count.</summary>
    public void Refuse(FixtureNode node, string message) =>
        RefuseAt(node.Offset, node.Pointer.Length == 0 ? message : $"{node.Pointer}: {message}");

    public void RefuseAt(int offset, string message)
    {
        if (_mistakes.Count < MaxMistakes) _mistakes.Add((offset, message));
    }

    /// <summary>1-based line and byte column.</summary>
    public (int Line, int Column) Locate(int offset)
    {
        ReadOnlySpan<byte> before = content.AsSpan(0, Math.Min(offset, content.Length));
        return (before.Count((byte)'\n') + 1, before.Length - before.LastIndexOf((byte)'\n'));
    }

    /// <summary>The bytes of a value as the file has them.</summary>
    public ReadOnlySpan<byte> Raw(FixtureNode node) => content.AsSpan(node.Offset, node.End - node.Offset);

    private string PlaceOf(int offset)
    {
        (int line, int column) = Locate(offset);
        return $"{file}:{line}:{column}";
    }

    /// <summary>Foreign text for a message: short, without control characters.</summary>
    public static string Shown(string text)
    {
        var shown = new StringBuilder();
        foreach (char c in text.AsSpan(0, Math.Min(text.Length, 64))) shown.Append(char.IsControl(c) ? '?' : c);
        return shown.ToString();
    }
}
