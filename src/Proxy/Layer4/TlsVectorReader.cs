namespace Appliance.Proxy.Layer4;

/// <summary>Reads the length-prefixed vectors of TLS's presentation language (RFC 8446 section 3.4). Once bad, it stays bad and reads nothing.</summary>
internal ref struct TlsVectorReader(ReadOnlySpan<byte> bytes)
{
    private ReadOnlySpan<byte> _rest = bytes;

    /// <summary>Something was out of bounds.</summary>
    internal bool IsBad { get; private set; }

    /// <summary>Nothing is left.</summary>
    internal readonly bool IsAtEnd => _rest.IsEmpty;

    internal void Skip(int count) => Take(count);

    internal int UInt8() => Number(1);

    internal int UInt16() => Number(2);

    /// <summary>A vector with its length in front.</summary>
    internal ReadOnlySpan<byte> Vector(int lengthBytes, int minimum, int maximum)
    {
        int length = Number(lengthBytes);
        if (length < minimum || length > maximum) IsBad = true;
        return Take(length);
    }

    private int Number(int count)
    {
        int value = 0;
        foreach (byte b in Take(count)) value = value << 8 | b;
        return value;
    }

    private ReadOnlySpan<byte> Take(int count)
    {
        if (count > _rest.Length) IsBad = true;
        if (IsBad)
        {
            _rest = default;
            return default;
        }

        ReadOnlySpan<byte> taken = _rest[..count];
        _rest = _rest[count..];
        return taken;
    }
}
