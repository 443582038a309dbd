namespace Appliance.Proxy.Layer7;

/// <summary>
/// A ring of whole lines from one producer, a loop, to one consumer, whichever thread writes the log. The producer never waits: what finds no
/// room is dropped and counted. Each position has one writer; it is published after the bytes it covers were copied, and read before them.
/// </summary>
internal sealed class AccessLogBuffer
{
    private readonly byte[] _bytes;
    private long _written;
    private long _read;
    private long _dropped;

    /// <param name="capacity">Bytes; a power of two.</param>
    internal AccessLogBuffer(int capacity)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(int.IsPow2(capacity), true);
        _bytes = new byte[capacity];
    }

    /// <summary>Lines that found no room.</summary>
    internal long Dropped => Volatile.Read(ref _dropped);

    /// <summary>Producer: adds a line that ends in LF, whole or not at all.</summary>
    internal bool TryWrite(ReadOnlySpan<byte> line)
    {
        if (line.Length > _bytes.Length - (_written - Volatile.Read(ref _read)))
        {
            Volatile.Write(ref _dropped, _dropped + 1);
            return false;
        }

        int at = Offset(_written);
        int first = Math.Min(line.Length, _bytes.Length - at);
        line[..first].CopyTo(_bytes.AsSpan(at));
        line[first..].CopyTo(_bytes);
        Volatile.Write(ref _written, _written + line.Length);
        return true;
    }

    /// <summary>Consumer: moves as many whole lines as fit.</summary>
    /// <returns>Bytes written; 0: there is none, or not even the first fits.</returns>
    internal int Read(Span<byte> into)
    {
        long available = Volatile.Read(ref _written) - _read;
        int length = (int)Math.Min(available, into.Length);
        int at = Offset(_read);
        int first = Math.Min(length, _bytes.Length - at);
        _bytes.AsSpan(at, first).CopyTo(into);
        _bytes.AsSpan(0, length - first).CopyTo(into[first..]);
        if (length < available) length = into[..length].LastIndexOf((byte)'\n') + 1;
        Volatile.Write(ref _read, _read + length);
        return length;
    }

    private int Offset(long position) => (int)(position & (_bytes.Length - 1));
}
