using System.Buffers.Binary;
using Appliance.Limiter.Hashing;

namespace Appliance.Limiter.Evaluation;

/// <summary>
/// The key parts of one rule, each behind its length, so that no two different lists of parts give the same bytes. A part that does
/// not fit is replaced by its digests, marked in the length, so the buffer stays on the stack whatever a client sends.
/// </summary>
internal ref struct KeyBuffer(Span<byte> buffer)
{
    public const int Size = 512;
    public const int MaxParts = 16;
    private const int LengthBytes = 4;
    private const int DigestBytes = 16;
    private const uint DigestMark = 1u << 31;
    private const int LongestPart = Size / MaxParts - LengthBytes;

    private readonly Span<byte> _buffer = buffer;
    private int _length;

    public readonly ReadOnlySpan<byte> Written => _buffer[.._length];

    public void Add(ClientAddress address)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(_buffer[_length..], DigestBytes);
        BinaryPrimitives.WriteUInt128BigEndian(_buffer[(_length + LengthBytes)..], address.Bits);
        _length += LengthBytes + DigestBytes;
    }

    /// <param name="part">Any bytes.</param>
    /// <param name="seed">The table's hash seed.</param>
    public void Add(ReadOnlySpan<byte> part, ulong seed)
    {
        bool fits = part.Length <= LongestPart;
        BinaryPrimitives.WriteUInt32LittleEndian(_buffer[_length..], (uint)part.Length | (fits ? 0 : DigestMark));
        _length += LengthBytes;
        if (fits)
        {
            part.CopyTo(_buffer[_length..]);
            _length += part.Length;
            return;
        }

        BinaryPrimitives.WriteUInt64LittleEndian(_buffer[_length..], XxHash64.DigestOf(part, seed));
        BinaryPrimitives.WriteUInt64LittleEndian(_buffer[(_length + 8)..], XxHash64.DigestOf(part, ~seed));
        _length += DigestBytes;
    }
}
