using System.Text;

namespace Appliance.Proxy.Names;

/// <summary>Domain names on the wire (RFC 1035 sections 3.1 and 4.1.4). Pure; never throws on bytes from outside.</summary>
internal static class DnsName
{
    /// <summary>Bytes of a name with its length bytes (RFC 1035 section 2.3.4).</summary>
    internal const int MaxLength = 255;

    private const int MaxLabel = 63;
    private const int PointerMark = 0xC0;

    /// <summary>Writes an absolute name; a dot at its end changes nothing.</summary>
    /// <returns>Bytes written; 0: it is not a name.</returns>
    internal static int Write(string name, Span<byte> destination)
    {
        ReadOnlySpan<char> rest = name.EndsWith('.') ? name.AsSpan(0, name.Length - 1) : name;
        if (rest.IsEmpty || rest.Length > MaxLength - 2) return 0;
        int at = 0;
        while (true)
        {
            int dot = rest.IndexOf('.');
            ReadOnlySpan<char> label = dot < 0 ? rest : rest[..dot];
            if (label.Length is 0 or > MaxLabel || label.ContainsAnyExceptInRange('!', '~')) return 0;
            destination[at++] = (byte)label.Length;
            at += Encoding.ASCII.GetBytes(label, destination[at..]);
            if (dot < 0) break;
            rest = rest[(dot + 1)..];
        }

        destination[at++] = 0;
        return at;
    }

    /// <summary>Reads a name, in lower case with dots; compression is followed only backwards, so that it ends.</summary>
    /// <param name="message">The whole message.</param>
    /// <param name="offset">Where the name begins; moved behind it.</param>
    /// <param name="name">The name; empty for the root.</param>
    internal static bool TryRead(ReadOnlySpan<byte> message, ref int offset, out string name)
    {
        name = string.Empty;
        var text = new StringBuilder();
        int at = offset, lowest = offset, after = -1, length = 0;
        while (true)
        {
            if (at >= message.Length) return false;
            int size = message[at];
            if ((size & PointerMark) == PointerMark)
            {
                if (at + 1 >= message.Length) return false;
                if (after < 0) after = at + 2;
                at = ((size & ~PointerMark) << 8) | message[at + 1];
                // Each jump goes before everything read so far: at most as many jumps as the message has bytes, and no circle.
                if (at >= lowest) return false;
                lowest = at;
                continue;
            }

            if (size > MaxLabel || at + 1 + size > message.Length || (length += size + 1) > MaxLength) return false;
            at++;
            if (size == 0) break;
            if (text.Length > 0) text.Append('.');
            foreach (byte b in message.Slice(at, size)) text.Append((char)(b is >= (byte)'A' and <= (byte)'Z' ? b | 0x20 : b));
            at += size;
        }

        offset = after < 0 ? at : after;
        name = text.ToString();
        return true;
    }
}
