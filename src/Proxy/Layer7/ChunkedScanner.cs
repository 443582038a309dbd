using System.Runtime.CompilerServices;

namespace Appliance.Proxy.Layer7;

/// <summary>
/// Walks through a chunked body (RFC 9112 section 7.1) as it arrives, byte by byte in the framing and by whole runs in the data. Strict: a size
/// is 1 to 15 hexadecimal digits, every line ends in CRLF, trailers are sound field lines that cannot change the framing. What it has passed
/// can be forwarded as it stands: there is one way to read it. A value type; no allocation.
/// </summary>
internal struct ChunkedScanner
{
    private State _state;
    private long _size;
    private int _digits;
    private int _lineBytes;
    private int _trailerBytes;
    private long _extensionBytes;
    private int _nameLength;
    private NameStart _name;

    private enum State : byte
    {
        Size,
        Extension,
        SizeLineFeed,
        Data,
        DataReturn,
        DataLineFeed,
        TrailerStart,
        TrailerName,
        TrailerValue,
        TrailerLineFeed,
        LastLineFeed,
        Done,
        Bad,
    }

    /// <summary>The last chunk and its trailers have passed.</summary>
    internal readonly bool IsDone => _state == State.Done;

    /// <summary>The body is malformed.</summary>
    internal readonly bool IsBad => _state == State.Bad;

    /// <summary>Bytes of data that have passed, without the framing: what a limit of the body's size counts.</summary>
    internal long DataBytes { get; private set; }

    /// <summary>Goes through the input up to the end of the body; returns how many bytes belong to it.</summary>
    internal int Pass(ReadOnlySpan<byte> input)
    {
        int at = 0;
        while (at < input.Length && _state < State.Done) at += Next(input[at..], out _);
        return at;
    }

    /// <summary>Goes on by one run: some framing bytes, then at most one stretch of data.</summary>
    /// <param name="input">What follows the bytes consumed so far.</param>
    /// <param name="data">The stretch of data within the consumed bytes; may be empty.</param>
    /// <returns>How many bytes were consumed.</returns>
    internal int Next(ReadOnlySpan<byte> input, out Range data)
    {
        data = default;
        int at = 0;
        while (at < input.Length && _state < State.Done)
        {
            if (_state == State.Data)
            {
                int run = (int)Math.Min(_size, input.Length - at);
                _size -= run;
                DataBytes += run;
                if (_size == 0) _state = State.DataReturn;
                data = at..(at + run);
                return at + run;
            }

            _state = Step(input[at++]);
        }

        return at;
    }

    private State Step(byte b) => _state switch
    {
        State.Size => OnSize(b),
        State.Extension => b == '\r' ? State.SizeLineFeed : OnLineByte(b, State.Extension),
        State.SizeLineFeed => b != '\n' ? State.Bad : OnSizeEnd(),
        State.DataReturn => b == '\r' ? State.DataLineFeed : State.Bad,
        State.DataLineFeed => b == '\n' ? Begin(State.Size) : State.Bad,
        State.TrailerStart => b == '\r' ? State.LastLineFeed : OnTrailerName(b),
        State.TrailerName => OnTrailerName(b),
        State.TrailerValue => b == '\r' ? State.TrailerLineFeed : OnTrailerByte(b, State.TrailerValue),
        State.TrailerLineFeed => b == '\n' ? Begin(State.TrailerStart) : State.Bad,
        State.LastLineFeed => b == '\n' ? State.Done : State.Bad,
        _ => State.Bad,
    };

    private State Begin(State state)
    {
        _size = 0;
        _digits = _lineBytes = _nameLength = 0;
        return state;
    }

    private State OnSize(byte b)
    {
        int digit = b switch
        {
            >= (byte)'0' and <= (byte)'9' => b - '0',
            >= (byte)'a' and <= (byte)'f' => b - 'a' + 10,
            >= (byte)'A' and <= (byte)'F' => b - 'A' + 10,
            _ => -1,
        };
        if (digit >= 0)
        {
            _size = (_size << 4) | (long)digit;
            return ++_digits > 15 ? State.Bad : State.Size;
        }

        if (_digits == 0) return State.Bad;
        return b switch
        {
            (byte)'\r' => State.SizeLineFeed,
            (byte)';' => State.Extension,
            _ => State.Bad,
        };
    }

    private readonly State OnSizeEnd() => _size == 0 ? State.TrailerStart : State.Data;

    /// <summary>Extensions mean nothing to us. Over the whole body they may exceed the data by one line's limit: a byte of data in each of many
    /// chunks with a long extension is an attack.</summary>
    private State OnLineByte(byte b, State next) =>
        IsFieldByte(b) && ++_lineBytes <= HttpLimits.Trailers && ++_extensionBytes <= DataBytes + HttpLimits.Trailers ? next : State.Bad;

    private State OnTrailerByte(byte b, State next) =>
        IsFieldByte(b) && ++_trailerBytes <= HttpLimits.Trailers ? next : State.Bad;

    private State OnTrailerName(byte b)
    {
        if (b == ':') return _nameLength > 0 && !ChangesFraming() ? State.TrailerValue : State.Bad;
        bool token = b is > (byte)' ' and < 0x7f && "\"(),/:;<=>?@[\\]{}"u8.IndexOf(b) < 0;
        if (!token || ++_trailerBytes > HttpLimits.Trailers) return State.Bad;
        if (_nameLength < NameStart.Length) _name[_nameLength] = b;
        _nameLength++;
        return State.TrailerName;
    }

    /// <summary>
    /// Fields that a receiver might merge into the head and then frame, route, authenticate or decode by (RFC 9110 section 6.5.1). The body is
    /// refused: to drop a line would mean to write the body anew.
    /// </summary>
    private readonly bool ChangesFraming()
    {
        if (_nameLength > NameStart.Length) return false;
        ReadOnlySpan<byte> name = ((ReadOnlySpan<byte>)_name)[.._nameLength];
        return HeaderNames.Identify(name) is not (KnownHeader.Other or KnownHeader.RequestId or KnownHeader.Accept or KnownHeader.AcceptEncoding)
            || HeaderNames.IsForbiddenTrailer(name);
    }

    private static bool IsFieldByte(byte b) => b is >= (byte)' ' and not 0x7f or (byte)'\t';

    [InlineArray(Length)]
    private struct NameStart
    {
        internal const int Length = 20;
        private byte _first;
    }
}
