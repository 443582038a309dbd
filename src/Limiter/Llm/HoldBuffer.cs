using System.Buffers;

namespace Appliance.Limiter.Llm;

/// <summary>
/// The bytes of a stream that lie aside: first those that are released in the current step, behind them those that stay. Pooled memory,
/// taken when there is something to hold and given back by <see cref="Return"/>.
/// </summary>
internal struct HoldBuffer
{
    private const int FirstSize = 4096;

    private byte[]? _bytes;
    private int _released;
    private int _length;

    /// <summary>What is released in this step.</summary>
    public readonly ReadOnlySpan<byte> Released => _bytes.AsSpan(0, _released);

    /// <summary>What is not released.</summary>
    public readonly ReadOnlySpan<byte> Kept => _bytes.AsSpan(_released, _length - _released);

    /// <summary>A new step: what was released is gone.</summary>
    public void BeginStep()
    {
        if (_released == 0) return;
        Kept.CopyTo(_bytes);
        _length -= _released;
        _released = 0;
    }

    /// <summary>Everything so far is released.</summary>
    public void ReleaseAll() => _released = _length;

    /// <summary>What is not released is dropped.</summary>
    public void DropKept() => _length = _released;

    public void Keep(ReadOnlySpan<byte> bytes)
    {
        if (bytes.IsEmpty) return;
        bytes.CopyTo(Reserve(bytes.Length));
        Commit(bytes.Length);
    }

    /// <summary>Room behind what is kept; <see cref="Commit"/> tells how much of it was written.</summary>
    public Span<byte> Reserve(int count)
    {
        int needed = _length + count;
        if (_bytes is null || _bytes.Length < needed) Grow(needed);
        return _bytes.AsSpan(_length, count);
    }

    public void Commit(int count) => _length += count;

    /// <summary>Gives the memory back; nothing is held any more.</summary>
    public void Return()
    {
        if (_bytes is not null) ArrayPool<byte>.Shared.Return(_bytes);
        this = default;
    }

    private void Grow(int needed)
    {
        byte[] larger = ArrayPool<byte>.Shared.Rent(Math.Max(needed, FirstSize));
        _bytes.AsSpan(0, _length).CopyTo(larger);
        if (_bytes is not null) ArrayPool<byte>.Shared.Return(_bytes);
        _bytes = larger;
    }
}
