using System.Buffers.Binary;
using System.Text;
using Appliance.Proxy.Interop;

namespace Appliance.Proxy.Admission;

/// <summary>Writes one nf_tables transaction as netlink messages (linux/netfilter/nfnetlink.h, nf_tables.h). Attributes are in network order.</summary>
internal sealed class NftBatch
{
    private const int NetfilterHeaderBytes = 4;

    private byte[] _bytes = new byte[4096];
    private int _length;
    private int _message;

    /// <summary>Begins a transaction.</summary>
    internal NftBatch(uint sequence)
    {
        FirstSequence = LastSequence = sequence;
        BeginMessage(Netfilter.BatchBegin, 0, family: 0, resource: Netfilter.Subsystem);
    }

    internal uint FirstSequence { get; }

    /// <summary>Of the last command.</summary>
    internal uint LastSequence { get; private set; }

    /// <summary>The whole; the last command asks for an acknowledgement.</summary>
    internal ReadOnlySpan<byte> Finish()
    {
        Span<byte> flags = _bytes.AsSpan(_message + 6, 2);
        BinaryPrimitives.WriteUInt16LittleEndian(flags, (ushort)(BinaryPrimitives.ReadUInt16LittleEndian(flags) | Netfilter.FlagAck));
        uint last = LastSequence;
        BeginMessage(Netfilter.BatchEnd, 0, family: 0, resource: Netfilter.Subsystem);
        EndMessage();
        LastSequence = last;
        return _bytes.AsSpan(0, _length);
    }

    /// <summary>Begins a command of nf_tables on the inet family.</summary>
    internal NftBatch Command(int command, int flags) =>
        BeginMessage(Netfilter.Subsystem << 8 | command, flags, Netfilter.FamilyInet, resource: 0);

    internal NftBatch Text(int type, string text)
    {
        Span<byte> value = Attribute(type, Encoding.ASCII.GetByteCount(text) + 1);
        Encoding.ASCII.GetBytes(text, value);
        value[^1] = 0;
        return this;
    }

    internal NftBatch Number(int type, uint value)
    {
        BinaryPrimitives.WriteUInt32BigEndian(Attribute(type, sizeof(uint)), value);
        return this;
    }

    internal NftBatch Number64(int type, ulong value)
    {
        BinaryPrimitives.WriteUInt64BigEndian(Attribute(type, sizeof(ulong)), value);
        return this;
    }

    internal NftBatch Bytes(int type, ReadOnlySpan<byte> value)
    {
        value.CopyTo(Attribute(type, value.Length));
        return this;
    }

    /// <summary>An attribute that holds others.</summary>
    internal NftBatch Nest(int type, Action<NftBatch> content)
    {
        int begin = _length;
        _ = Attribute(type | Netfilter.Nested, 0);
        content(this);
        BinaryPrimitives.WriteUInt16LittleEndian(_bytes.AsSpan(begin), (ushort)(_length - begin));
        EndMessage();
        return this;
    }

    /// <summary>One expression of a rule.</summary>
    internal NftBatch Expression(string name, Action<NftBatch> content) => Nest(Netfilter.ListElement, list => list
        .Text(Netfilter.ExpressionName, name)
        .Nest(Netfilter.ExpressionData, content));

    private NftBatch BeginMessage(int type, int flags, int family, int resource)
    {
        _message = _length;
        Span<byte> header = Take(NetlinkSocket.HeaderBytes + NetfilterHeaderBytes);
        BinaryPrimitives.WriteUInt16LittleEndian(header[4..], (ushort)type);
        BinaryPrimitives.WriteUInt16LittleEndian(header[6..], (ushort)(flags | Netfilter.FlagRequest));
        LastSequence = FirstSequence + (_message == 0 ? 0 : LastSequence - FirstSequence + 1);
        BinaryPrimitives.WriteUInt32LittleEndian(header[8..], LastSequence);
        header[NetlinkSocket.HeaderBytes] = (byte)family;
        BinaryPrimitives.WriteUInt16BigEndian(header[(NetlinkSocket.HeaderBytes + 2)..], (ushort)resource);
        EndMessage();
        return this;
    }

    private Span<byte> Attribute(int type, int length)
    {
        const int Header = 4;
        int aligned = (Header + length + 3) & ~3;
        Span<byte> whole = Take(aligned);
        BinaryPrimitives.WriteUInt16LittleEndian(whole, (ushort)(Header + length));
        BinaryPrimitives.WriteUInt16LittleEndian(whole[2..], (ushort)type);
        EndMessage();
        return whole.Slice(Header, length);
    }

    private Span<byte> Take(int length)
    {
        if (_length + length > _bytes.Length) Array.Resize(ref _bytes, Math.Max(2 * _bytes.Length, _length + length));
        Span<byte> taken = _bytes.AsSpan(_length, length);
        taken.Clear();
        _length += length;
        return taken;
    }

    private void EndMessage() => BinaryPrimitives.WriteInt32LittleEndian(_bytes.AsSpan(_message), _length - _message);
}
