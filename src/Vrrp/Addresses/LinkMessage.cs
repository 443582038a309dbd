using System.Text;

namespace Appliance.Vrrp.Addresses;

/// <summary>rtnetlink messages that make, change and remove links. Host byte order, as <see cref="RouteMessage"/>.</summary>
internal static class LinkMessage
{
    private const int FixedBytes = RouteNumbers.HeaderBytes + RouteNumbers.LinkHeaderBytes;
    private static ReadOnlySpan<byte> KindMacvlan => "macvlan"u8;

    /// <summary>Mode bridge: the parent still hears multicast from the same MAC elsewhere, which mode private would keep from it.</summary>
    public static int WriteNewMacvlan(Span<byte> to, uint sequence, string name, ulong mac, int parentIndex)
    {
        Span<byte> number = stackalloc byte[MacNumber.Bytes];
        MacNumber.Write(number, mac);
        int length = Begin(to, 0);
        length = AppendText(to, length, RouteNumbers.LinkName, name, zero: true);
        length = Append(to, length, RouteNumbers.LinkAddress, number);
        length = AppendNumber(to, length, RouteNumbers.LinkParent, (uint)parentIndex);
        int kind = length;
        length = Append(to, length + 4, RouteNumbers.KindName, KindMacvlan);
        int data = length;
        length = AppendNumber(to, length + 4, RouteNumbers.MacvlanMode, RouteNumbers.MacvlanBridge);
        Nest(to, data, length, RouteNumbers.KindData);
        Nest(to, kind, length, RouteNumbers.LinkKind);
        return End(to, length, RouteNumbers.NewLink, RouteNumbers.Create | RouteNumbers.Exclusive, sequence);
    }

    public static int WriteSetLink(Span<byte> to, uint sequence, int interfaceIndex, bool up)
    {
        int length = Begin(to, interfaceIndex);
        BitConverter.TryWriteBytes(to[24..], up ? RouteNumbers.FlagUp : 0u);
        BitConverter.TryWriteBytes(to[28..], RouteNumbers.FlagUp); // which flags change
        return End(to, length, RouteNumbers.NewLink, 0, sequence);
    }

    public static int WriteAlias(Span<byte> to, uint sequence, int interfaceIndex, string alias) =>
        End(to, AppendText(to, Begin(to, interfaceIndex), RouteNumbers.LinkAlias, alias, zero: false), RouteNumbers.NewLink, 0, sequence);

    public static int WriteDeleteLink(Span<byte> to, uint sequence, int interfaceIndex) =>
        End(to, Begin(to, interfaceIndex), RouteNumbers.DeleteLink, 0, sequence);

    /// <summary>Null: a link of another kind.</summary>
    public static Macvlan? ReadMacvlan(ReadOnlySpan<byte> message)
    {
        if (!RouteMessage.TryReadLink(message, out InterfaceLink link)) return null;
        ReadOnlySpan<byte> attributes = message[FixedBytes..];
        if (!RouteMessage.TryFind(attributes, RouteNumbers.LinkKind, out ReadOnlySpan<byte> kind)) return null;
        if (!RouteMessage.TryFind(kind, RouteNumbers.KindName, out ReadOnlySpan<byte> name) || !name.TrimEnd((byte)0).SequenceEqual(KindMacvlan)) return null;
        bool hasParent = RouteMessage.TryFind(attributes, RouteNumbers.LinkParent, out ReadOnlySpan<byte> parent) && parent.Length == 4;
        string alias = RouteMessage.TryFind(attributes, RouteNumbers.LinkAlias, out ReadOnlySpan<byte> text) ? Encoding.UTF8.GetString(text.TrimEnd((byte)0)) : "";
        return new Macvlan(link.Index, hasParent ? BitConverter.ToInt32(parent) : 0, link.Mac, alias);
    }

    private static int Begin(Span<byte> to, int interfaceIndex)
    {
        to[..FixedBytes].Clear();
        BitConverter.TryWriteBytes(to[20..], interfaceIndex);
        return FixedBytes;
    }

    private static int End(Span<byte> to, int length, ushort type, int flags, uint sequence)
    {
        RouteMessage.WriteHeader(to, length, type, (ushort)(RouteNumbers.Request | RouteNumbers.Acknowledge | flags), sequence);
        return length;
    }

    private static int Append(Span<byte> to, int at, ushort type, ReadOnlySpan<byte> value)
    {
        int padded = RouteMessage.Align(value.Length);
        BitConverter.TryWriteBytes(to[at..], (ushort)(4 + value.Length));
        BitConverter.TryWriteBytes(to[(at + 2)..], type);
        to.Slice(at + 4, padded).Clear();
        value.CopyTo(to[(at + 4)..]);
        return at + 4 + padded;
    }

    private static int AppendText(Span<byte> to, int at, ushort type, string text, bool zero) =>
        Append(to, at, type, Encoding.UTF8.GetBytes(zero ? text + '\0' : text));

    private static int AppendNumber(Span<byte> to, int at, ushort type, uint number)
    {
        Span<byte> value = stackalloc byte[4];
        BitConverter.TryWriteBytes(value, number);
        return Append(to, at, type, value);
    }

    /// <summary>Writes the head of an attribute round those from its place to here.</summary>
    private static void Nest(Span<byte> to, int at, int end, ushort type)
    {
        BitConverter.TryWriteBytes(to[at..], (ushort)(end - at));
        BitConverter.TryWriteBytes(to[(at + 2)..], type);
    }
}
