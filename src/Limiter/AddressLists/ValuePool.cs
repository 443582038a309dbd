using System.Text;

namespace Appliance.Limiter.AddressLists;

/// <summary>Each value once, numbered as they come.</summary>
internal sealed class ValuePool
{
    private readonly Dictionary<string, int> _numbers = new(StringComparer.Ordinal);
    private readonly List<byte[]> _values = [];

    /// <param name="value">ASCII, at most <see cref="AddressListValues.MaxLength"/> bytes.</param>
    public int NumberOf(ReadOnlySpan<byte> value)
    {
        Span<char> text = stackalloc char[AddressListValues.MaxLength];
        text = text[..Encoding.ASCII.GetChars(value, text)];
        var numbers = _numbers.GetAlternateLookup<ReadOnlySpan<char>>();
        if (numbers.TryGetValue(text, out int number)) return number;
        numbers[text] = _values.Count;
        _values.Add(value.ToArray());
        return _values.Count - 1;
    }

    public byte[][] ToArray() => [.. _values];
}
