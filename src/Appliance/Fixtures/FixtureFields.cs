using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using Appliance.Configuration;

namespace Appliance.Fixtures;

/// <summary>Reads the members of one object; what is refused is noted with its place and gives a value good enough to go on with.</summary>
internal sealed class FixtureFields(FixtureSource source, FixtureNode table)
{
    public FixtureSource Source => source;

    public FixtureNode Table => table;

    public bool Has(string name) => table.Member(name) is not null;

    /// <summary>Refuses members that nobody knows, each with the name that may have been meant.</summary>
    public void RefuseUnknown(params ImmutableArray<string> known)
    {
        foreach ((string name, FixtureNode value) in table.Members)
        {
            if (known.Contains(name)) continue;
            string near = Suggestion.For(name, known);
            source.Refuse(value, $"unknown field{(near.Length > 0 ? near : $"; there are: {string.Join(", ", known)}")}");
        }
    }

    public string? Text(string name)
    {
        if (table.Member(name) is not { } node) return null;
        if (node.IsString) return node.Text;
        source.Refuse(node, "must be a string");
        return null;
    }

    public bool Flag(string name, bool absent)
    {
        if (table.Member(name) is not { } node) return absent;
        if (node.Kind is JsonValueKind.True or JsonValueKind.False) return node.Kind == JsonValueKind.True;
        source.Refuse(node, "must be true or false");
        return absent;
    }

    public long? Integer(string name, long least, long most)
    {
        if (table.Member(name) is not { } node) return null;
        if (node.Kind == JsonValueKind.Number && long.TryParse(node.Text, NumberStyles.None, CultureInfo.InvariantCulture, out long value)
            && value >= least && value <= most)
            return value;
        source.Refuse(node, $"must be a whole number from {least} to {most}");
        return null;
    }

    /// <summary>Nanoseconds.</summary>
    public long? Duration(string name)
    {
        if (table.Member(name) is not { } node) return null;
        if (node.IsString && FixtureDuration.TryRead(node.Text, out long nanoseconds)) return nanoseconds;
        source.Refuse(node, $"must be {FixtureDuration.Example}");
        return null;
    }

    public FixtureFields? Object(string name)
    {
        if (table.Member(name) is not { } node) return null;
        if (node.IsObject) return new FixtureFields(source, node);
        source.Refuse(node, "must be an object");
        return null;
    }

    public IReadOnlyList<FixtureNode> Array(string name)
    {
        if (table.Member(name) is not { } node) return [];
        if (node.IsArray) return node.Items;
        source.Refuse(node, "must be an array");
        return [];
    }

    public void Refuse(string name, string message) => source.Refuse(table.Member(name) ?? table, message);
}
