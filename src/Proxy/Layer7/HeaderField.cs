namespace Appliance.Proxy.Layer7;

/// <summary>One field line as offsets from the first byte of its message head.</summary>
internal struct HeaderField
{
    /// <summary>First byte of the line, which is the first of the name.</summary>
    internal int Start;

    /// <summary>The byte after the line's LF.</summary>
    internal int End;

    /// <summary>First byte of the value, blanks skipped.</summary>
    internal int ValueStart;

    /// <summary>Bytes of the value without trailing blanks.</summary>
    internal int ValueLength;

    /// <summary>Bytes of the name.</summary>
    internal short NameLength;

    /// <summary>What the name means to us.</summary>
    internal KnownHeader Known;

    /// <summary>Named by Connection: ends here (RFC 9110 section 7.6.1).</summary>
    internal bool HopByHop;

    internal readonly ReadOnlySpan<byte> Name(ReadOnlySpan<byte> head) => head.Slice(Start, NameLength);

    internal readonly ReadOnlySpan<byte> Value(ReadOnlySpan<byte> head) => head.Slice(ValueStart, ValueLength);
}
