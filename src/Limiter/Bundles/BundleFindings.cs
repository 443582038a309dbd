using System.Collections.Immutable;

namespace Appliance.Limiter.Bundles;

/// <summary>Collects what a bundle gets wrong, with the places. Bounded: a hostile file cannot make a report larger than itself.</summary>
internal sealed class BundleFindings
{
    public const int MaxFindings = 1000;
    private const int MaxShown = 64;

    private readonly List<(int Offset, string Pointer, string Message)> _errors = [];
    private readonly List<(int Offset, string Pointer, string Message)> _lints = [];

    public bool HasErrors => _errors.Count > 0;

    /// <summary>Foreign text for a message: short, and without control characters.</summary>
    public static string Shown(string text)
    {
        ReadOnlySpan<char> start = text.AsSpan(0, Math.Min(text.Length, MaxShown));
        return string.Create(start.Length, start, (shown, from) =>
        {
            for (int i = 0; i < shown.Length; i++) shown[i] = char.IsControl(from[i]) || char.IsSurrogate(from[i]) ? '?' : from[i];
        });
    }

    /// <summary>In the order of the file.</summary>
    /// <param name="utf8Json">The file, for the lines.</param>
    public ImmutableArray<BundleError> Errors(ReadOnlySpan<byte> utf8Json) => InOrder(_errors, utf8Json);

    /// <summary>In the order of the file.</summary>
    /// <param name="utf8Json">The file, for the lines.</param>
    public ImmutableArray<BundleError> Lints(ReadOnlySpan<byte> utf8Json) => InOrder(_lints, utf8Json);

    public void Error(BundleNode node, string message)
    {
        if (_errors.Count <= MaxFindings) _errors.Add((node.Offset, node.Pointer(), message));
    }

    /// <summary>An error that belongs to no value.</summary>
    public void ErrorAt(int offset, string message)
    {
        if (_errors.Count <= MaxFindings) _errors.Add((offset, "", message));
    }

    public void Lint(BundleNode node, string message)
    {
        if (_lints.Count <= MaxFindings) _lints.Add((node.Offset, node.Pointer(), message));
    }

    /// <summary>Unknown members are ignored, as the format demands, but not in silence.</summary>
    public void LintUnknown(BundleNode node, params ReadOnlySpan<string> known)
    {
        foreach ((string name, BundleNode value) in node.Members)
        {
            if (!known.Contains(name)) Lint(value, "unknown field, ignored");
        }
    }

    private static ImmutableArray<BundleError> InOrder(List<(int Offset, string Pointer, string Message)> findings, ReadOnlySpan<byte> utf8Json)
    {
        var ordered = ImmutableArray.CreateBuilder<BundleError>(findings.Count);
        int line = 1;
        int lineStart = 0;
        foreach ((int offset, string pointer, string message) in findings.Take(MaxFindings).OrderBy(f => f.Offset))
        {
            for (int newline; (newline = utf8Json[lineStart..Math.Min(offset, utf8Json.Length)].IndexOf((byte)'\n')) >= 0; line++) lineStart += newline + 1;
            ordered.Add(new BundleError(pointer, line, offset - lineStart + 1, message));
        }

        if (findings.Count > MaxFindings) ordered.Add(ordered[^1] with { Message = $"more than {MaxFindings} findings; the rest is not listed" });
        return ordered.ToImmutable();
    }
}
