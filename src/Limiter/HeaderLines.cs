using System.Buffers.Text;

namespace Appliance.Limiter;

/// <summary>Writes `PREFIX-Name: value` lines into memory that is large enough. What could end a line, or is no visible ASCII, becomes '?'.</summary>
internal ref struct HeaderLines(Span<byte> destination, PolicyCompatibility compatibility)
{
    private readonly Span<byte> _destination = destination;
    private readonly bool _isFairvisor = compatibility == PolicyCompatibility.Fairvisor;

    public int Length { get; private set; }

    /// <param name="name">What follows the prefix, without the colon.</param>
    /// <param name="value">Empty: no line.</param>
    /// <param name="longest">What is longer is cut.</param>
    public void Add(scoped ReadOnlySpan<byte> name, scoped ReadOnlySpan<byte> value, int longest)
    {
        if (value.IsEmpty) return;
        Begin(name);
        AppendText(value, longest);
        End();
    }

    /// <summary>The same of text; null or empty: no line.</summary>
    public void Add(scoped ReadOnlySpan<byte> name, string? value, int longest)
    {
        if (string.IsNullOrEmpty(value)) return;
        Begin(name);
        AppendText(value, longest);
        End();
    }

    /// <summary>Microseconds with a tenth: a decision usually takes less than one, and 0 would look like a broken clock.</summary>
    public void AddMicroseconds(scoped ReadOnlySpan<byte> name, long nanoseconds)
    {
        Begin(name);
        Append(nanoseconds / 1000);
        Append("."u8);
        Append(nanoseconds % 1000 / 100);
        End();
    }

    public void Begin(scoped ReadOnlySpan<byte> name)
    {
        Append(_isFairvisor ? "X-Fairvisor-"u8 : "X-Appliance-"u8);
        Append(name);
        Append(": "u8);
    }

    public void End() => Append("\r\n"u8);

    public void Append(scoped ReadOnlySpan<byte> text)
    {
        text.CopyTo(_destination[Length..]);
        Length += text.Length;
    }

    public void Append(long number)
    {
        Utf8Formatter.TryFormat(number, _destination[Length..], out int written);
        Length += written;
    }

    public void AppendText(string text, int longest)
    {
        foreach (char c in text.AsSpan(0, Math.Min(text.Length, longest))) _destination[Length++] = c is >= ' ' and <= '~' ? (byte)c : (byte)'?';
    }

    private void AppendText(scoped ReadOnlySpan<byte> text, int longest)
    {
        foreach (byte b in text[..Math.Min(text.Length, longest)]) _destination[Length++] = b is >= (byte)' ' and <= (byte)'~' ? b : (byte)'?';
    }
}
