namespace Appliance.Configuration;

/// <summary>The rule for host names and for `*.example.com`.</summary>
internal static class HostPattern
{
    /// <summary>The rule for editors.</summary>
    public const string Expression = @"(?:\*\.)?[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)*";

    private const int MaximumName = 253;
    private const int MaximumLabel = 63;

    /// <summary>True for a name, also with `*.` in front of it.</summary>
    public static bool IsPattern(string text) => IsName(text.StartsWith("*.", StringComparison.Ordinal) ? text[2..] : text);

    /// <summary>True for labels of letters, digits, '-' and '_' with dots between them.</summary>
    public static bool IsName(string text) => text.Length is > 0 and <= MaximumName && text.Split('.').All(IsLabel);

    private static bool IsLabel(string label) =>
        label.Length is > 0 and <= MaximumLabel && label.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_');
}
