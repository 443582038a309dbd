using System.Collections.Immutable;

namespace Appliance.Limiter.Bundles;

/// <summary>Collects what a bundle gets wrong, with the places. Bounded: a hostile file cannot make a report larger than itself.</summary>
internal sealed class BundleFindings
{
    private const int MaxFindings = 1000;

    private readonly List<int> _lineStarts = [0];
    private readonly List<(int Offset, BundleError Error)> _errors = [];
    private readonly List<(int Offset, BundleError Error)> _lints = [];

    public BundleFindings(ReadOnlySpan<byte> utf8Json)
    {
        for (int at = 0; ;)
        {
            int newline = utf8Json[at..].IndexOf((byte)'\n');
            if (newline < 0) break;
            at += newline + 1;
            _lineStarts.Add(at);
        }
    }

    public bool HasErrors => _errors.Count > 0;

    public ImmutableArray<BundleError> Errors => InOrder(_errors);

    public ImmutableArray<BundleError> Lints => InOrder(_lints);

    public void Error(BundleNode node, string message) => Add(_errors, node.Offset, node.Pointer, message);

    /// <summary>An error that belongs to no value.</summary>
    public void ErrorAt(int offset, string message) => Add(_errors, offset, () => "", message);

    /// <summary>The offset of a place, both numbers from 0.</summary>
    public int OffsetOf(long line, long column) => _lineStarts[(int)Math.Clamp(line, 0, _lineStarts.Count - 1)] + (int)column;

    public void Lint(BundleNode node, string message) => Add(_lints, node.Offset, node.Pointer, message);

    /// <summary>Unknown members are ignored, as the format demands, but not in silence.</summary>
    public void LintUnknown(BundleNode node, params ReadOnlySpan<string> known)
    {
        foreach ((string name, BundleNode value) in node.Members)
        {
            if (!known.Contains(name)) Lint(value, "unknown field, ignored");
        }
    }

    private void Add(List<(int Offset, BundleError Error)> findings, int offset, Func<string> pointer, string message)
    {
        if (findings.Count > MaxFindings) return;
        if (findings.Count == MaxFindings) message = $"more than {MaxFindings} findings; the rest is not listed";
        int line = _lineStarts.BinarySearch(offset);
        if (line < 0) line = ~line - 1;
        findings.Add((offset, new BundleError(pointer(), line + 1, offset - _lineStarts[line] + 1, message)));
    }

    private static ImmutableArray<BundleError> InOrder(List<(int Offset, BundleError Error)> findings) =>
        [.. findings.OrderBy(f => f.Offset).Select(f => f.Error)];
}
