using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Appliance.Limiter.Bundles;

/// <summary>
/// One JSON value with its place in the file. Knows its parent, so that a pointer is built only for what is reported, not for every
/// value of a large bundle.
/// </summary>
internal sealed class BundleNode
{
    private const int LongestStep = 256;
    private static readonly List<BundleNode> NoItems = [];
    private static readonly Dictionary<string, BundleNode> NoMembers = [];

    private readonly BundleNode? _parent;
    private readonly string? _name;
    private readonly int _position;
    private List<BundleNode>? _items;
    private Dictionary<string, BundleNode>? _members;

    /// <param name="kind">The JSON type.</param>
    /// <param name="offset">Byte offset of the value's first byte.</param>
    /// <param name="parent">The array or object around it; null for the document.</param>
    /// <param name="name">The member's name, when in an object.</param>
    /// <param name="position">The place among the parent's elements, when in an array.</param>
    public BundleNode(JsonValueKind kind, int offset, BundleNode? parent, string? name, int position)
    {
        Kind = kind;
        Offset = offset;
        _parent = parent;
        _name = name;
        _position = position;
    }

    public JsonValueKind Kind { get; }

    public int Offset { get; }

    /// <summary>The characters of a string, the digits of a number, "true" or "false".</summary>
    public string Text { get; init; } = "";

    /// <summary>The elements of an array.</summary>
    public List<BundleNode> Items => IsArray ? _items ??= [] : NoItems;

    /// <summary>The members of an object, in the order of the file.</summary>
    public Dictionary<string, BundleNode> Members => IsObject ? _members ??= [] : NoMembers;

    public bool IsObject => Kind == JsonValueKind.Object;

    public bool IsArray => Kind == JsonValueKind.Array;

    public bool IsString => Kind == JsonValueKind.String;

    /// <summary>An array, or `{}`, which the writers of this format make of an empty one.</summary>
    public bool IsList => IsArray || (IsObject && Members.Count == 0);

    public BundleNode? Member(string name) => Members.GetValueOrDefault(name);

    /// <summary>RFC 6901. Of a member's name longer than 256 characters only the beginning is shown.</summary>
    public string Pointer()
    {
        var steps = new Stack<string>();
        for (BundleNode node = this; node._parent is { } parent; node = parent)
            steps.Push(node._name is { } name ? Escaped(name) : node._position.ToString(CultureInfo.InvariantCulture));
        var pointer = new StringBuilder();
        foreach (string step in steps) pointer.Append('/').Append(step);
        return pointer.ToString();
    }

    private static string Escaped(string name)
    {
        string shown = name.Length > LongestStep ? name[..LongestStep] + "..." : name;
        return shown.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal);
    }
}
