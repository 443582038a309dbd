namespace Appliance.Configuration;

/// <summary>Kinds of values that several sections share.</summary>
internal static class Kinds
{
    /// <summary>`true` or `false`.</summary>
    public static readonly BooleanKind Boolean = new();

    /// <summary>Name of a node, listener or upstream: it appears in paths, metrics and request ids.</summary>
    public static readonly TextKind Name = new(
        "a name of 1 to 63 letters, digits, '-', '_' and '.'", IsName, "[A-Za-z0-9._-]{1,63}");

    /// <summary>Path of a file.</summary>
    public static readonly TextKind FilePath = new("the path of a file", text => text.Length is > 0 and < 4096 && !text.Contains('\0'));

    /// <summary>Networks.</summary>
    public static readonly NetworkKind Network = new();

    /// <summary>Where something listens.</summary>
    public static readonly ListenAddressKind ListenAddress = new();

    /// <summary>Name of a network interface, by the kernel's own rule (IFNAMSIZ).</summary>
    public static readonly TextKind Interface = new("the name of a network interface", IsInterface, @"[^/\s:]{1,15}");

    private const int MaximumName = 63;

    /// <summary>True for a name.</summary>
    public static bool IsName(string text) =>
        text.Length is > 0 and <= MaximumName && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.');

    private static bool IsInterface(string text) =>
        text.Length is > 0 and < 16 && text is not "." and not ".." && text.All(c => char.IsBetween(c, '!', '~') && c is not '/' and not ':');
}
