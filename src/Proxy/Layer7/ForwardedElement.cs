using System.Text;

namespace Appliance.Proxy.Layer7;

/// <summary>
/// Reads one element of Forwarded (RFC 7239 section 4). Lists are taken apart from their end: what the nearest proxy has written is well formed,
/// whatever a client has put before it, an open quotation included. Pure.
/// </summary>
internal static class ForwardedElement
{
    /// <summary>What <see cref="LastComma"/> says of a list that ends within a quotation without a beginning.</summary>
    internal const int OpenQuote = -2;

    /// <summary>The last comma outside quotations; -1: there is none, the list is one element.</summary>
    internal static int LastComma(ReadOnlySpan<byte> list)
    {
        for (int i = list.Length - 1; i >= 0; i--)
        {
            if (list[i] == ',') return i;
            if (list[i] != '"') continue;
            do i--;
            while (i >= 0 && (list[i] != '"' || IsEscaped(list, i)));
            if (i < 0) return OpenQuote;
        }

        return -1;
    }

    /// <summary>Reads for= and proto=, without their quotes.</summary>
    /// <param name="element">Between two commas, without blanks around it.</param>
    /// <param name="node">Who sent the request to that proxy.</param>
    /// <param name="proto">By what; empty: it does not say.</param>
    /// <returns>False: it names nobody, or not in one way only.</returns>
    internal static bool TryRead(ReadOnlySpan<byte> element, out ReadOnlySpan<byte> node, out ReadOnlySpan<byte> proto)
    {
        node = proto = default;
        while (!element.IsEmpty)
        {
            int end = EndOfPair(element);
            if (end < 0) return false;
            ReadOnlySpan<byte> pair = element[..end].Trim(" \t"u8);
            element = end == element.Length ? default : element[(end + 1)..];
            int equals = pair.IndexOf((byte)'=');
            if (equals < 0 && pair.IsEmpty) continue;
            if (equals <= 0) return false;
            ReadOnlySpan<byte> value = Unquote(pair[(equals + 1)..]);
            if (Ascii.EqualsIgnoreCase(pair[..equals], "for"u8))
            {
                if (!node.IsEmpty) return false;
                node = value;
            }
            else if (Ascii.EqualsIgnoreCase(pair[..equals], "proto"u8))
            {
                if (!proto.IsEmpty) return false;
                proto = value;
            }
        }

        return !node.IsEmpty;
    }

    /// <summary>Where the first pair ends; negative: within a quotation.</summary>
    private static int EndOfPair(ReadOnlySpan<byte> element)
    {
        bool open = false;
        for (int i = 0; i < element.Length; i++)
        {
            if (element[i] == '"') open = !open;
            else if (open && element[i] == '\\') i++;
            else if (!open && element[i] == ';') return i;
        }

        return open ? -1 : element.Length;
    }

    /// <summary>Escapes stay as they are: no address or scheme has any.</summary>
    private static ReadOnlySpan<byte> Unquote(ReadOnlySpan<byte> value) =>
        value is [(byte)'"', .. var inner, (byte)'"'] ? inner : value;

    private static bool IsEscaped(ReadOnlySpan<byte> text, int at)
    {
        int backslashes = 0;
        while (at - backslashes - 1 >= 0 && text[at - backslashes - 1] == '\\') backslashes++;
        return (backslashes & 1) != 0;
    }
}
