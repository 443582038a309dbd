using System.Buffers.Text;
using Appliance.Limiter.DebugSessions;
using Appliance.Proxy.Balancing;

namespace Appliance.Proxy.Layer7;

/// <summary>Writes ASCII into a span that is known to be large enough; an overrun throws instead of writing past the end.</summary>
internal ref struct HeadWriter(Span<byte> destination)
{
    private readonly Span<byte> _destination = destination;

    /// <summary>Bytes written.</summary>
    internal int Length { get; private set; }

    internal void Write(scoped ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(_destination[Length..]);
        Length += bytes.Length;
    }

    internal void Write(long number)
    {
        Utf8Formatter.TryFormat(number, _destination[Length..], out int written);
        Length += written;
    }

    internal void WriteHex(ulong number)
    {
        Span<byte> digits = _destination.Slice(Length, 16);
        for (int at = 15; at >= 0; at--, number >>= 4) digits[at] = "0123456789abcdef"u8[(int)number & 15];
        Length += 16;
    }

    /// <summary>Copies the Cookie fields without the cookies that are ours; a field with nothing left is left out. Never longer than they were.</summary>
    /// <param name="head">The head they stand in.</param>
    /// <param name="fields">Its fields.</param>
    /// <param name="own">Names the server; null: the upstream has none.</param>
    /// <param name="withoutDebug">That of debug sessions stays here too.</param>
    internal void WriteCookies(scoped ReadOnlySpan<byte> head, scoped ReadOnlySpan<HeaderField> fields, StickyCookie? own, bool withoutDebug)
    {
        foreach (ref readonly HeaderField field in fields)
        {
            if (field.HopByHop || !CookieHeader.Is(field.Name(head))) continue;
            int start = Length;
            Write("Cookie: "u8);
            scoped ReadOnlySpan<byte> cookies = field.Value(head);
            Span<byte> kept = _destination[Length..];
            int copied = own is null ? cookies.Length : own.CopyWithout(cookies, kept);
            if (own is null) cookies.CopyTo(kept);
            // In place: nothing grows, so what is still to be read is never behind what was written.
            if (withoutDebug) copied = CookieHeader.CopyWithout(kept[..copied], DebugCookie.Name, kept);
            Length = copied == 0 ? start : Length + copied;
            if (copied > 0) Write("\r\n"u8);
        }
    }

    /// <summary>Copies the field lines that go on, in runs: what stands together is copied together.</summary>
    /// <param name="head">The head they stand in.</param>
    /// <param name="fields">Its fields.</param>
    /// <param name="dropped">Bit n set: fields of <see cref="KnownHeader"/> n stay here.</param>
    /// <param name="edits">Whose named fields stay here; null: none.</param>
    /// <param name="withoutCookies">Cookie fields stay here.</param>
    /// <param name="withoutDebug">The fields of debug sessions stay here.</param>
    internal void WriteFields(
        scoped ReadOnlySpan<byte> head, scoped ReadOnlySpan<HeaderField> fields, uint dropped, HeaderEdits? edits, bool withoutCookies = false,
        bool withoutDebug = false)
    {
        int runStart = -1, runEnd = -1;
        foreach (ref readonly HeaderField field in fields)
        {
            bool drop = field.HopByHop || (dropped & (1u << (int)field.Known)) != 0 || (edits is not null && Drops(edits, field, head))
                || (withoutCookies && CookieHeader.Is(field.Name(head))) || (withoutDebug && DebugFields.Is(field.Name(head)));
            if (!drop && runEnd == field.Start)
            {
                runEnd = field.End;
                continue;
            }

            if (runStart >= 0) Write(head[runStart..runEnd]);
            (runStart, runEnd) = drop ? (-1, -1) : (field.Start, field.End);
        }

        if (runStart >= 0) Write(head[runStart..runEnd]);
    }

    /// <summary>Host, which a request must have, goes only where the caller says so.</summary>
    private static bool Drops(HeaderEdits edits, in HeaderField field, ReadOnlySpan<byte> head) =>
        field.Known != KnownHeader.Host && edits.Touches(field.Name(head));
}
