using System.Text;
using Appliance.Limiter.Llm;

namespace Limiter.Tests.Llm;

/// <summary>Writes down everything that a scanner reports, as text.</summary>
internal sealed class RecordingScanner : JsonScanner
{
    private readonly StringBuilder _log = new();
    private readonly List<byte> _text = [];

    public string Log => _log.ToString();

    /// <summary>What a document gives, fed in the given pieces; null when it is no JSON.</summary>
    public static string? Read(IEnumerable<byte[]> pieces)
    {
        var scanner = new RecordingScanner();
        foreach (byte[] piece in pieces) scanner.Feed(piece);
        return scanner.End() ? scanner.Log : null;
    }

    protected override byte Member(byte parent, ReadOnlySpan<byte> name, int nameLength)
    {
        _log.Append('N').Append(name.Length == 0 ? $"({nameLength})" : Encoding.UTF8.GetString(name)).Append('\n');
        return Root;
    }

    protected override byte Element(byte parent) => Root;

    protected override void Text(byte node, ReadOnlySpan<byte> piece) => _text.AddRange(piece);

    protected override void TextEnd(byte node)
    {
        _log.Append('S').Append(Encoding.UTF8.GetString([.. _text])).Append('\n');
        _text.Clear();
    }

    protected override void Number(byte node, ReadOnlySpan<byte> literal) => _log.Append('#').Append(Encoding.UTF8.GetString(literal)).Append('\n');

    protected override void True(byte node) => _log.Append("T\n");

    protected override void Opened(byte node) => _log.Append("+\n");

    protected override void Closed(byte node) => _log.Append("-\n");
}
