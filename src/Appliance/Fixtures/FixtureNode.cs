using System.Text.Json;

namespace Appliance.Fixtures;

/// <summary>One JSON value of a fixture file with its place.</summary>
/// <param name="kind">The JSON type.</param>
/// <param name="offset">Byte offset of the value's first byte.</param>
/// <param name="pointer">RFC 6901.</param>
internal sealed class FixtureNode(JsonValueKind kind, int offset, string pointer)
{
    public JsonValueKind Kind => kind;

    public int Offset => offset;

    public string Pointer => pointer;

    /// <summary>Behind the value's last byte.</summary>
    public int End { get; set; }

    /// <summary>The characters of a string, the digits of a number, "true", "false" or "null".</summary>
    public string Text { get; init; } = "";

    public List<FixtureNode> Items { get; } = [];

    /// <summary>In the order of the file.</summary>
    public OrderedDictionary<string, FixtureNode> Members { get; } = [];

    public bool IsObject => kind == JsonValueKind.Object;

    public bool IsArray => kind == JsonValueKind.Array;

    public bool IsString => kind == JsonValueKind.String;

    public bool IsNull => kind == JsonValueKind.Null;

    public FixtureNode? Member(string name) => Members.GetValueOrDefault(name);
}
