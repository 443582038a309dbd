namespace Appliance.Limiter.Llm;

/// <summary>A string value collected from its pieces, up to a bound; a longer one is as good as none.</summary>
/// <param name="capacity">Bytes of the longest text kept.</param>
internal sealed class BoundedText(int capacity)
{
    private readonly byte[] _bytes = new byte[capacity];
    private int _length;

    /// <summary>The text; empty when there is none or it was too long.</summary>
    public ReadOnlySpan<byte> Value => _length <= _bytes.Length ? _bytes.AsSpan(0, _length) : default;

    public void Clear() => _length = 0;

    public void Append(ReadOnlySpan<byte> piece)
    {
        if (_length > _bytes.Length) return;
        if (_length + piece.Length <= _bytes.Length)
        {
            piece.CopyTo(_bytes.AsSpan(_length));
            _length += piece.Length;
        }
        else
        {
            _length = _bytes.Length + 1;
        }
    }
}
