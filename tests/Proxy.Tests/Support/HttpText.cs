namespace Proxy.Tests.Support;

/// <summary>A message head as it was on the wire, read by the plainest means.</summary>
internal sealed class HttpText
{
    public HttpText(string head)
    {
        Head = head;
        string[] lines = head.Split("\r\n");
        StartLine = lines[0];
        Fields = [.. lines.Skip(1).TakeWhile(line => line.Length > 0).Select(Split)];
    }

    public string Head { get; }

    public string StartLine { get; }

    public IReadOnlyList<(string Name, string Value)> Fields { get; }

    /// <summary>The status of a response.</summary>
    public int Status => int.Parse(StartLine.Split(' ')[1]);

    /// <summary>The values of a field, comma-joined; null if it is not there.</summary>
    public string? this[string name] =>
        All(name) is { Length: > 0 } values ? string.Join(", ", values) : null;

    public string[] All(string name) =>
        [.. Fields.Where(field => field.Name.Equals(name, StringComparison.OrdinalIgnoreCase)).Select(field => field.Value)];

    public bool Has(string name) => All(name).Length > 0;

    private static (string Name, string Value) Split(string line)
    {
        int colon = line.IndexOf(':');
        Assert.True(colon > 0, $"not a field line: '{line}'");
        return (line[..colon], line[(colon + 1)..].Trim());
    }
}
