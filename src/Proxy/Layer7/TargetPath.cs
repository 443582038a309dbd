namespace Appliance.Proxy.Layer7;

/// <summary>
/// The path of a request in the one form in which routes and policies compare it (policies.md A6): query and fragment cut off,
/// percent-encoded unreserved characters decoded (RFC 3986 section 6.2.2.2), hexadecimal digits of what stays encoded in upper case, dot
/// segments and doubled slashes resolved (section 5.2.4). What goes upstream is the raw target; this form never leaves the process.
/// </summary>
public static class TargetPath
{
    /// <summary>Writes the normalised path.</summary>
    /// <param name="target">The request target in origin form, or `*`; the query may be there.</param>
    /// <param name="destination">At least as long as the target, or one byte.</param>
    /// <param name="pathLength">Bytes written; at least 1.</param>
    /// <returns>False when the target does not begin with '/', or holds a broken percent escape or an encoded NUL.</returns>
    public static bool TryNormalize(ReadOnlySpan<byte> target, Span<byte> destination, out int pathLength)
    {
        pathLength = 0;
        int end = target.IndexOfAny((byte)'?', (byte)'#');
        ReadOnlySpan<byte> path = end < 0 ? target : target[..end];
        if (path is [(byte)'*'])
        {
            destination[0] = (byte)'*';
            pathLength = 1;
            return true;
        }

        if (path.IsEmpty || path[0] != '/') return false;
        if (IsPlain(path))
        {
            path.CopyTo(destination);
            pathLength = path.Length;
            return true;
        }

        int decoded = Decode(path, destination);
        if (decoded < 0) return false;
        pathLength = ResolveSegments(destination[..decoded]);
        return true;
    }

    /// <summary>True when the path is its own normal form, which nearly every path is.</summary>
    internal static bool IsPlain(ReadOnlySpan<byte> path) =>
        path.IndexOf((byte)'%') < 0 && path.IndexOf("//"u8) < 0 && path.IndexOf("/."u8) < 0;

    private static int Decode(ReadOnlySpan<byte> path, Span<byte> destination)
    {
        int at = 0;
        for (int i = 0; i < path.Length; i++)
        {
            byte b = path[i];
            if (b != '%')
            {
                destination[at++] = b;
                continue;
            }

            if (i + 2 >= path.Length) return -1;
            int high = HexDigit(path[i + 1]), low = HexDigit(path[i + 2]);
            if (high < 0 || low < 0) return -1;
            byte value = (byte)((high << 4) | low);
            if (value == 0) return -1;
            i += 2;
            if (IsUnreserved(value))
            {
                destination[at++] = value;
                continue;
            }

            destination[at++] = (byte)'%';
            destination[at++] = UpperHex(high);
            destination[at++] = UpperHex(low);
        }

        return at;
    }

    /// <summary>In place: the result is never longer, so the write position never overtakes the read position.</summary>
    private static int ResolveSegments(Span<byte> path)
    {
        int write = 0, read = 0;
        while (read < path.Length)
        {
            while (read < path.Length && path[read] == '/') read++;
            int start = read;
            while (read < path.Length && path[read] != '/') read++;
            ReadOnlySpan<byte> segment = path[start..read];
            bool last = read >= path.Length;
            if (segment is [] or [(byte)'.'] or [(byte)'.', (byte)'.'])
            {
                if (segment.Length == 2) write = Math.Max(0, path[..write].LastIndexOf((byte)'/'));
                if (last) path[write++] = (byte)'/';
                continue;
            }

            int length = segment.Length;
            path[write++] = (byte)'/';
            path.Slice(start, length).CopyTo(path[write..]);
            write += length;
        }

        return write;
    }

    private static int HexDigit(byte b) => b switch
    {
        >= (byte)'0' and <= (byte)'9' => b - '0',
        >= (byte)'a' and <= (byte)'f' => b - 'a' + 10,
        >= (byte)'A' and <= (byte)'F' => b - 'A' + 10,
        _ => -1,
    };

    private static byte UpperHex(int digit) => (byte)(digit < 10 ? '0' + digit : 'A' + digit - 10);

    private static bool IsUnreserved(byte b) =>
        b is >= (byte)'a' and <= (byte)'z' or >= (byte)'A' and <= (byte)'Z' or >= (byte)'0' and <= (byte)'9'
            or (byte)'-' or (byte)'.' or (byte)'_' or (byte)'~';
}
