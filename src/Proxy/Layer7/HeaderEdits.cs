using System.Buffers;
using System.Text;
using Appliance.Proxy.Configuration;

namespace Appliance.Proxy.Layer7;

/// <summary>
/// The edits of one direction, compiled: which fields of the message go, and the lines that come. They act on what the message would be
/// otherwise, our own fields included. A name is recognised with '_' for '-' too, because servers that hand headers on as variables cannot tell
/// the two apart, and a field that is removed for safety must not come back spelled differently. Immutable.
/// </summary>
internal sealed class HeaderEdits
{
    private static readonly SearchValues<char> TokenCharacters = SearchValues.Create(
        "!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");

    private readonly byte[][] _names;
    private readonly uint[] _keys;
    private readonly ulong _lengths;

    private readonly uint _set;

    private HeaderEdits(byte[][] names, byte[] lines, uint set)
    {
        _set = set;
        _names = names;
        _keys = [.. names.Select(name => Key(name))];
        foreach (byte[] name in names)
        {
            _lengths |= 1UL << (name.Length & 63);
            KnownHeader known = HeaderNames.Identify(name);
            if (known != KnownHeader.Other) Known |= 1u << (int)known;
        }

        Lines = lines;
    }

    /// <summary>Bit n set: fields of <see cref="KnownHeader"/> n are named.</summary>
    internal uint Known { get; }

    /// <summary>The lines to add, each with CRLF.</summary>
    internal byte[] Lines { get; }

    /// <summary>Edits that act one after the other, as one; null when there is nothing to do.</summary>
    /// <exception cref="ArgumentException">A field is named that frames the message or ends at this hop, or a line would not be one.</exception>
    internal static HeaderEdits? Merge(HeaderEditSettings first, HeaderEditSettings second)
    {
        if (first.IsEmpty && second.IsEmpty) return null;
        var names = new List<string>();
        var lines = new List<KeyValuePair<string, string>>();
        foreach (HeaderEditSettings edits in (ReadOnlySpan<HeaderEditSettings>)[first, second])
        {
            foreach (string name in edits.Remove) Take(name);
            foreach (KeyValuePair<string, string> line in edits.Set)
            {
                Take(line.Key);
                if (line.Value.AsSpan().IndexOfAny('\r', '\n', '\0') >= 0) throw new ArgumentException($"{line.Key}: the value is not one line");
                lines.Add(line);
            }
        }

        byte[] text = Encoding.UTF8.GetBytes(string.Concat(lines.Select(line => $"{line.Key}: {line.Value}\r\n")));
        uint set = lines.Aggregate(0u, (bits, line) => bits | (1u << (int)HeaderNames.Identify(Encoding.ASCII.GetBytes(line.Key))));
        return new HeaderEdits([.. names.Select(Encoding.ASCII.GetBytes)], text, set);

        void Take(string name)
        {
            if (!CanBeNamed(name)) throw new ArgumentException($"'{name}' cannot be edited");
            string folded = Fold(name);
            lines.RemoveAll(line => Fold(line.Key) == folded);
            if (!names.Contains(folded)) names.Add(folded);
        }
    }

    /// <summary>False for what is no field name, and for fields whose editing would change where a message ends or how long a connection lives.</summary>
    internal static bool CanBeNamed(string name)
    {
        if (name.Length is 0 or > 256 || name.AsSpan().IndexOfAnyExcept(TokenCharacters) >= 0) return false;
        return HeaderNames.Identify(Encoding.ASCII.GetBytes(Fold(name))) is not (KnownHeader.Connection or KnownHeader.ContentLength
            or KnownHeader.TransferEncoding or KnownHeader.Expect or KnownHeader.Upgrade or KnownHeader.KeepAlive
            or KnownHeader.ProxyConnection or KnownHeader.Te) && !name.Equals("trailer", StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>True when a line of this kind is among those to add.</summary>
    internal bool Sets(KnownHeader known) => (_set & (1u << (int)known)) != 0;

    /// <summary>True when a message's own field of this name goes.</summary>
    internal bool Touches(ReadOnlySpan<byte> name)
    {
        if ((_lengths & (1UL << (name.Length & 63))) == 0) return false;
        uint key = Key(name);
        ReadOnlySpan<uint> keys = _keys;
        for (int from = 0; ; from++)
        {
            int at = keys[from..].IndexOf(key);
            if (at < 0) return false;
            from += at;
            if (HeaderNames.Loosely(name, _names[from])) return true;
        }
    }

    /// <summary>Length and both ends: enough to tell nearly all names apart by one vectorised search.</summary>
    private static uint Key(ReadOnlySpan<byte> name) =>
        ((uint)name.Length << 16) | ((uint)HeaderNames.Fold(name[0]) << 8) | HeaderNames.Fold(name[^1]);

    private static string Fold(string name) => name.ToLowerInvariant().Replace('_', '-');
}
