using System.Text;

namespace Appliance.Proxy.Balancing;

/// <summary>Reads the value of a Cookie field (RFC 6265 section 4.2.1) as servers do: pairs between semicolons, names compared byte by byte. Pure.</summary>
internal static class CookieHeader
{
    /// <summary>True for the field's name.</summary>
    internal static bool Is(ReadOnlySpan<byte> name) => name.Length == 6 && Ascii.EqualsIgnoreCase(name, "cookie"u8);

    /// <summary>Finds a cookie's value; the first of its name counts, as it is the one with the longest path.</summary>
    /// <param name="cookies">The field's value.</param>
    /// <param name="name">The cookie's name.</param>
    /// <param name="value">Where its value stands, without blanks around it.</param>
    internal static bool TryFind(ReadOnlySpan<byte> cookies, ReadOnlySpan<char> name, out Range value)
    {
        for (int at = 0; at < cookies.Length; at = EndOf(cookies, at) + 1)
        {
            int end = EndOf(cookies, at);
            if (!IsNamed(cookies[at..end], name, out int start)) continue;
            start += at;
            while (start < end && IsBlank(cookies[start])) start++;
            while (end > start && IsBlank(cookies[end - 1])) end--;
            value = start..end;
            return true;
        }

        value = default;
        return false;
    }

    /// <summary>Copies the field's value without the cookies of a name.</summary>
    /// <param name="cookies">The field's value.</param>
    /// <param name="name">The cookie's name.</param>
    /// <param name="destination">At least as long; nothing is added.</param>
    /// <returns>Bytes copied; 0: nothing is left, and the field with it.</returns>
    internal static int CopyWithout(ReadOnlySpan<byte> cookies, ReadOnlySpan<char> name, Span<byte> destination)
    {
        int length = 0;
        for (int at = 0; at < cookies.Length; at = EndOf(cookies, at) + 1)
        {
            ReadOnlySpan<byte> pair = cookies[at..EndOf(cookies, at)];
            if (IsNamed(pair, name, out _)) continue;
            if (length == 0) pair = pair.TrimStart(" \t"u8);
            if (pair.Trim(" \t"u8).IsEmpty) continue;
            if (length > 0) destination[length++] = (byte)';';

            pair.CopyTo(destination[length..]);
            length += pair.Length;
        }

        return length;
    }

    private static int EndOf(ReadOnlySpan<byte> cookies, int at)
    {
        int end = cookies[at..].IndexOf((byte)';');
        return end < 0 ? cookies.Length : at + end;
    }

    private static bool IsNamed(ReadOnlySpan<byte> pair, ReadOnlySpan<char> name, out int valueStart)
    {
        int equals = pair.IndexOf((byte)'=');
        valueStart = equals + 1;
        return equals > 0 && Ascii.Equals(pair[..equals].Trim(" \t"u8), name);
    }

    private static bool IsBlank(byte b) => b is (byte)' ' or (byte)'\t';
}
