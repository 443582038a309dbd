using System.Collections.Immutable;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Appliance.Configuration;

/// <summary>
/// Turns text into a tree of values from the parser's events. Only what a configuration needs is understood: one document of sections,
/// lists and values. Anchors, aliases and tags are refused, so nothing can grow beyond the text itself; depth and number of values are
/// bounded.
/// </summary>
internal sealed class YamlReader
{
    /// <summary>Levels of nesting; the deepest key of the model needs six.</summary>
    public const int MaximumDepth = 32;

    /// <summary>Values in a file.</summary>
    public const int MaximumNodes = 20_000;

    private readonly ConfigErrors _errors;
    private readonly Substitution _substitution;
    private readonly Parser _parser;
    private int _nodes;

    private YamlReader(string text, Substitution substitution, ConfigErrors errors)
    {
        _errors = errors;
        _substitution = substitution;
        _parser = new Parser(new StringReader(text));
    }

    /// <summary>Reads a document. Mistakes of the text go to <paramref name="errors"/>; never throws.</summary>
    /// <returns>The tree; null when the text is empty or cannot be understood as a whole.</returns>
    public static YamlNode? Read(string text, Substitution substitution, ConfigErrors errors)
    {
        try
        {
            return new YamlReader(text, substitution, errors).ReadDocument();
        }
        catch (YamlException failure)
        {
            (int line, int column) = SyntaxHint.PlaceOf(text, failure);
            errors.Add(line, column, "", $"this is not valid YAML: {failure.Message.TrimEnd('.')}{SyntaxHint.For(text, line)}");
            return null;
        }
    }

    private YamlNode? ReadDocument()
    {
        Next();
        if (Next() is StreamEnd) return null;
        YamlNode root = ReadNode(Next(), "", 1);
        Next();
        if (Next() is not StreamEnd) throw Refuse(_parser.Current!, "only one document is allowed in the file");
        return root;
    }

    private YamlNode ReadNode(ParsingEvent start, string path, int depth)
    {
        if (++_nodes > MaximumNodes) throw Refuse(start, $"the file holds more than {MaximumNodes} values");
        if (depth > MaximumDepth) throw Refuse(start, $"the nesting is deeper than {MaximumDepth} levels");
        if (start is NodeEvent node) RefuseMarks(node, path);
        return start switch
        {
            Scalar scalar => ReadScalar(scalar, path),
            MappingStart => ReadMapping(start, path, depth),
            SequenceStart => ReadSequence(start, path, depth),
            AnchorAlias alias => RefuseAlias(alias, path),
            _ => throw Refuse(start, "a value is expected here"),
        };
    }

    private YamlScalar ReadScalar(Scalar scalar, string path)
    {
        (int line, int column) = PlaceOf(scalar);
        string? error = _substitution.Apply(scalar.Value, out string text);
        if (error is not null) _errors.Add(line, column, path, error);
        return new(line, column, text, scalar.Value, scalar.Style == ScalarStyle.Plain) { Faulty = error is not null };
    }

    private YamlSequence ReadSequence(ParsingEvent start, string path, int depth)
    {
        ImmutableArray<YamlNode>.Builder items = ImmutableArray.CreateBuilder<YamlNode>();
        for (ParsingEvent item = Next(); item is not SequenceEnd; item = Next()) items.Add(ReadNode(item, $"{path}[{items.Count}]", depth + 1));
        (int line, int column) = PlaceOf(start);
        return new(line, column, items.ToImmutable());
    }

    private YamlMapping ReadMapping(ParsingEvent start, string path, int depth)
    {
        ImmutableArray<YamlEntry>.Builder entries = ImmutableArray.CreateBuilder<YamlEntry>();
        Dictionary<string, int> lines = [];
        for (ParsingEvent key = Next(); key is not MappingEnd; key = Next())
        {
            if (key is not Scalar { Value: string name }) throw Refuse(key, "a key must be a single word");
            RefuseMarks((Scalar)key, path);
            (int line, int column) = PlaceOf(key);
            string inner = ConfigPath.Join(path, name);
            YamlNode value = ReadNode(Next(), inner, depth + 1);
            if (lines.TryAdd(name, line)) entries.Add(new YamlEntry(line, column, name, value));
            else _errors.Add(line, column, inner, $"the key is already given in line {lines[name]}");
        }

        (int startLine, int startColumn) = PlaceOf(start);
        return new(startLine, startColumn, entries.ToImmutable());
    }

    private void RefuseMarks(NodeEvent node, string path)
    {
        (int line, int column) = PlaceOf(node);
        if (!node.Anchor.IsEmpty) _errors.Add(line, column, path, "anchors (&name) are not supported");
        if (!node.Tag.IsEmpty) _errors.Add(line, column, path, "tags (!name) are not supported");
    }

    private YamlScalar RefuseAlias(AnchorAlias alias, string path)
    {
        (int line, int column) = PlaceOf(alias);
        _errors.Add(line, column, path, "aliases (*name) are not supported; a value that begins with * must be in quotes");
        return new(line, column, "", "", false) { Faulty = true };
    }

    private ParsingEvent Next()
    {
        ParsingEvent? before = _parser.Current;
        try
        {
            if (_parser.MoveNext()) return _parser.Current!;
        }
        catch (Exception failure) when (failure is InvalidOperationException or ArgumentException or FormatException or IndexOutOfRangeException)
        {
            // Some malformed texts end the parser's scanner with an exception of the framework instead of its own.
            throw new YamlException(before?.End ?? Mark.Empty, before?.End ?? Mark.Empty, "the text after this cannot be read", failure);
        }

        throw new YamlException(before?.End ?? Mark.Empty, before?.End ?? Mark.Empty, "the file ends too early");
    }

    private static (int Line, int Column) PlaceOf(ParsingEvent at) => ((int)at.Start.Line, (int)at.Start.Column);

    private static YamlException Refuse(ParsingEvent at, string message) => new(at.Start, at.End, message);
}
