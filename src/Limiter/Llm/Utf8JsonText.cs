using System.Buffers.Text;

namespace Appliance.Limiter.Llm;

/// <summary>Appends to a span; the caller has seen to its length. Text from outside goes through <see cref="Quoted"/> only.</summary>
internal ref struct Utf8JsonText(Span<byte> destination)
{
    private readonly Span<byte> _destination = destination;

    /// <summary>Bytes written.</summary>
    public int Length { get; private set; }

    public void Raw(scoped ReadOnlySpan<byte> text)
    {
        text.CopyTo(_destination[Length..]);
        Length += text.Length;
    }

    public void Number(long number)
    {
        Utf8Formatter.TryFormat(number, _destination[Length..], out int written);
        Length += written;
    }

    /// <summary>
    /// A JSON string. Quotes, backslashes and everything outside printable ASCII become a question mark each: what is written here are
    /// identifiers, and one that needs escapes is worth less than the certainty that it stays inside its quotes and its line.
    /// </summary>
    public void Quoted(scoped ReadOnlySpan<byte> text)
    {
        Raw("\""u8);
        foreach (byte value in text)
            _destination[Length++] = value is >= 0x20 and < 0x7F and not (byte)'"' and not (byte)'\\' ? value : (byte)'?';
        Raw("\""u8);
    }
}
