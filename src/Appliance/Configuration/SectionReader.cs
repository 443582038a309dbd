using System.Collections.Immutable;

namespace Appliance.Configuration;

/// <summary>
/// Reads the keys of one section by their declarations. A mistake is noted and a placeholder returned, so that the rest of the file
/// is still checked; a configuration with placeholders in it is never handed out. One thread.
/// </summary>
internal sealed class SectionReader
{
    private readonly Section _section;
    private readonly YamlMapping? _node;
    private readonly ConfigErrors _errors;

    /// <summary>Begins a section and notes the keys that do not belong there.</summary>
    /// <param name="section">Its declaration.</param>
    /// <param name="node">Its keys and values; null: absent, defaults stand.</param>
    /// <param name="path">Its path.</param>
    /// <param name="errors">Where mistakes and places go.</param>
    public SectionReader(Section section, YamlMapping? node, string path, ConfigErrors errors)
    {
        (_section, _node, Path, _errors) = (section, node, path, errors);
        if (node is null) return;
        foreach (YamlEntry entry in node.Entries) CheckName(section, entry);
        foreach (Key key in section.Keys.Where(k => k.Required && node.Find(k.Name) is null))
        {
            errors.Add(node.Line, node.Column, PathOf(key), "the key is required");
        }
    }

    /// <summary>The section's own path.</summary>
    public string Path { get; }

    /// <summary>True when the operator wrote the key.</summary>
    public bool Has(Key key) => _node?.Find(key.Name) is not null;

    /// <summary>True when the section has the key at all.</summary>
    public bool Declares(Key key) => _section.Find(key.Name) is not null;

    /// <summary>The path of a key of this section.</summary>
    public string PathOf(Key key) => ConfigPath.Join(Path, key.Name);

    /// <summary>A single value, or its default.</summary>
    public T Get<T>(ValueKey<T> key)
    {
        if (TryGet(key, out T value)) return value;
        return key.DefaultText is null ? key.Kind.Placeholder : key.Kind.ReadDefault(key.DefaultText);
    }

    /// <summary>A single value; false when absent.</summary>
    public bool TryGet<T>(ValueKey<T> key, out T value)
    {
        value = key.Kind.Placeholder;
        if (Enter(key) is not { } node) return false;
        value = ReadValue(node, PathOf(key), key.Kind, null);
        return true;
    }

    /// <summary>A single value; null when absent.</summary>
    public T? GetOrNull<T>(ValueKey<T> key)
        where T : struct => TryGet(key, out T value) ? value : null;

    /// <summary>A text; null when absent.</summary>
    public string? GetOrNull(ValueKey<string> key) => TryGet(key, out string value) ? value : null;

    /// <summary>The full path of a file; null when absent.</summary>
    public string? GetFile(ValueKey<string> key, string baseDirectory) =>
        TryGet(key, out string value) ? System.IO.Path.GetFullPath(value, baseDirectory) : null;

    /// <summary>The entries of a section with names of the operator's own.</summary>
    public ImmutableArray<KeyValuePair<TName, TValue>> Get<TName, TValue>(MapKey<TName, TValue> key)
        where TName : notnull
    {
        if (Enter(key) is not { } node || AsSection(node, PathOf(key), null) is not { } mapping) return [];
        if (mapping.Entries.Length > MapKey<TName, TValue>.MaximumEntries)
        {
            _errors.Add(node.Line, node.Column, PathOf(key), $"more than {MapKey<TName, TValue>.MaximumEntries} entries");
            return [];
        }

        var entries = ImmutableArray.CreateBuilder<KeyValuePair<TName, TValue>>(mapping.Entries.Length);
        HashSet<TName> names = new(key.Comparer);
        foreach (YamlEntry entry in mapping.Entries)
        {
            string path = ConfigPath.Join(PathOf(key), entry.Key);
            _errors.Place(path, entry.Value.Line, entry.Value.Column);
            string? error = key.Names.Read(new YamlScalar(entry.Line, entry.Column, entry.Key, entry.Key, Plain: true), out TName name);
            if (error is null && !names.Add(name)) error = "the name is already given, in another spelling";
            if (error is not null) _errors.Add(entry.Line, entry.Column, path, error);
            entries.Add(KeyValuePair.Create(name, ReadValue(entry.Value, path, key.Values, null)));
        }

        return entries.ToImmutable();
    }

    /// <summary>A list of values, or its default.</summary>
    public ImmutableArray<T> Get<T>(ListKey<T> key)
    {
        if (Enter(key) is not { } node) return key.Defaults;
        if (Items(PathOf(key), node, key.Required) is not { } items) return [];
        ImmutableArray<T>.Builder values = ImmutableArray.CreateBuilder<T>(items.Length);
        foreach ((YamlNode item, string path) in items) values.Add(ReadValue(item, path, key.Kind, key.SectionItem));
        return values.ToImmutable();
    }

    /// <summary>A list of lists of values; empty when absent.</summary>
    public ImmutableArray<ImmutableArray<T>> Get<T>(NestedListKey<T> key)
    {
        if (Enter(key) is not { } node || Items(PathOf(key), node) is not { } lists) return [];
        var values = ImmutableArray.CreateBuilder<ImmutableArray<T>>(lists.Length);
        foreach ((YamlNode list, string path) in lists)
        {
            ImmutableArray<(YamlNode Node, string Path)> items = Items(path, list, required: true) ?? [];
            values.Add([.. items.Select(item => ReadValue(item.Node, item.Path, key.Kind, null))]);
        }

        return values.ToImmutable();
    }

    /// <summary>A section inside; absent, its keys have their defaults.</summary>
    public SectionReader Get(SectionKey key) => GetOptional(key) ?? new SectionReader(key.Inner, null, PathOf(key), _errors);

    /// <summary>A section inside; null when absent.</summary>
    public SectionReader? GetOptional(SectionKey key)
    {
        if (Enter(key) is not { } node) return null;
        return new SectionReader(key.Inner, AsSection(node, PathOf(key), key.TextForm), PathOf(key), _errors);
    }

    /// <summary>The sections of a list.</summary>
    public ImmutableArray<SectionReader> Get(SectionListKey key)
    {
        if (Enter(key) is not { } node || Items(PathOf(key), node, key.Required) is not { } items) return [];
        ImmutableArray<SectionReader>.Builder readers = ImmutableArray.CreateBuilder<SectionReader>(items.Length);
        foreach ((YamlNode item, string path) in items)
        {
            readers.Add(new SectionReader(key.Inner, AsSection(item, path, null), path, _errors));
        }

        return readers.ToImmutable();
    }

    private void CheckName(Section section, YamlEntry entry)
    {
        if (section.Find(entry.Key) is not null) return;
        string path = ConfigPath.Join(Path, entry.Key);
        string message = section.Unavailable.Contains(entry.Key)
            ? "the key is not available in this version"
            : $"the key is not known{Suggestion.For(entry.Key, section.Keys.Select(k => k.Name).Concat(section.Unavailable))}";
        _errors.Add(entry.Line, entry.Column, path, message);
    }

    /// <summary>The node of a key, its place remembered; null when absent.</summary>
    private YamlNode? Enter(Key key)
    {
        if (_node?.Find(key.Name) is not { } entry) return null;
        _errors.Place(PathOf(key), entry.Value.Line, entry.Value.Column);
        return entry.Value;
    }

    private ImmutableArray<(YamlNode Node, string Path)>? Items(string path, YamlNode node, bool required = false)
    {
        if (node is not YamlSequence sequence)
        {
            if (node is not YamlScalar { Faulty: true }) Expect(node, path, "a list");
            return null;
        }

        if (required && sequence.Items.IsEmpty) _errors.Add(node.Line, node.Column, path, "the list is empty; it needs at least one entry");
        ImmutableArray<(YamlNode, string)>.Builder items = ImmutableArray.CreateBuilder<(YamlNode, string)>(sequence.Items.Length);
        for (int i = 0; i < sequence.Items.Length; i++)
        {
            string at = $"{path}[{i}]";
            _errors.Place(at, sequence.Items[i].Line, sequence.Items[i].Column);
            items.Add((sequence.Items[i], at));
        }

        return items.ToImmutable();
    }

    private T ReadValue<T>(YamlNode node, string path, ValueKind<T> kind, string? sectionItem)
    {
        if (node is not YamlScalar scalar || scalar.IsNull)
        {
            if (node is YamlMapping && sectionItem is not null) _errors.Add(node.Line, node.Column, path, sectionItem);
            else Expect(node, path, "a single value");
            return kind.Placeholder;
        }

        if (scalar.Faulty) return kind.Placeholder;
        string? error = kind.Read(scalar, out T value);
        if (error is not null) _errors.Add(node.Line, node.Column, path, error);
        return value;
    }

    private YamlMapping? AsSection(YamlNode node, string path, Func<YamlScalar, YamlMapping?>? textForm)
    {
        if (node is YamlMapping mapping) return mapping;
        if (node is YamlScalar { Faulty: false, IsNull: false } scalar && textForm?.Invoke(scalar) is { } section) return section;
        if (node is not YamlScalar { Faulty: true }) Expect(node, path, "a section (keys and values)");
        return null;
    }

    private void Expect(YamlNode node, string path, string expected) =>
        _errors.Add(node.Line, node.Column, path, $"{expected} is expected here, not {node.Shape}");
}
