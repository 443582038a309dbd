using System.Buffers;
using System.Text;

namespace Appliance.Proxy.Layer7;

/// <summary>
/// What requests and responses share: a section of field lines, kept as offsets into the buffer they arrived in, and the framing that they
/// announce (RFC 9112 section 6). Parsing goes on where it stopped when more bytes come; each line is looked at once it is whole, so any
/// split of the input gives the same result. Reused from message to message; allocates nothing.
/// </summary>
internal abstract class MessageHead
{
    private static readonly SearchValues<byte> Token = SearchValues.Create(
        "!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"u8);

    /// <summary>Control bytes, which no line may hold except HTAB within it and CRLF at its end.</summary>
    private protected static readonly SearchValues<byte> Controls = SearchValues.Create(
        [0, 1, 2, 3, 4, 5, 6, 7, 8, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 127]);

    private readonly HeaderField[] _fields = new HeaderField[HttpLimits.Fields];
    private int _lineStart;
    private bool _startLineDone;
    private int _sectionStart;
    private bool _closeSeen;

    /// <summary>The fields so far.</summary>
    internal Span<HeaderField> Fields => _fields.AsSpan(0, FieldCount);

    /// <summary>Number of fields.</summary>
    internal int FieldCount { get; private set; }

    /// <summary>Bytes of the whole head with its empty line; valid when complete.</summary>
    internal int Length { get; private set; }

    /// <summary>Why the head was refused.</summary>
    internal HttpError Error { get; private protected set; }

    /// <summary>0 or 1, of HTTP/1.x.</summary>
    internal int MinorVersion { get; private protected set; }

    /// <summary>Bytes of the body; -1: not announced.</summary>
    internal long ContentLength { get; private protected set; }

    /// <summary>The body is chunked.</summary>
    internal bool Chunked { get; private protected set; }

    /// <summary>The sender is willing to go on after this message.</summary>
    internal bool KeepAlive { get; private protected set; }

    /// <summary>Index of the Upgrade field when Connection names it; -1 otherwise.</summary>
    internal int UpgradeField { get; private set; }

    /// <summary>The first field of a name; '-' and '_' are the same.</summary>
    internal bool TryGet(ReadOnlySpan<byte> head, ReadOnlySpan<byte> lowerCaseName, out ReadOnlySpan<byte> value)
    {
        foreach (ref HeaderField field in Fields)
        {
            if (field.NameLength != lowerCaseName.Length || !HeaderNames.Loosely(field.Name(head), lowerCaseName)) continue;
            value = field.Value(head);
            return true;
        }

        value = default;
        return false;
    }

    /// <summary>Forgets everything; before each message.</summary>
    internal virtual void Reset()
    {
        _lineStart = 0;
        _startLineDone = false;
        _closeSeen = false;
        FieldCount = 0;
        Length = 0;
        Error = HttpError.None;
        ContentLength = -1;
        Chunked = false;
        KeepAlive = false;
        UpgradeField = -1;
    }

    /// <summary>Goes on parsing.</summary>
    /// <param name="buffer">All bytes of the message so far, from its first.</param>
    internal HeadProgress Parse(ReadOnlySpan<byte> buffer)
    {
        if (!_startLineDone)
        {
            int next = ParseStartLine(buffer);
            if (next == 0) return HeadProgress.Incomplete;
            if (next < 0) return HeadProgress.Refused;
            _startLineDone = true;
            _lineStart = _sectionStart = next;
        }

        // What lies beyond the limit is not looked at: the verdict does not depend on how much has arrived.
        ReadOnlySpan<byte> section = buffer[..Math.Min(buffer.Length, _sectionStart + HttpLimits.HeaderSection)];
        while (true)
        {
            int next = ParseLine(section, _lineStart, out bool end);
            if (next < 0) return Refuse(HttpError.BadFieldLine);
            if (next == 0) return buffer.Length > section.Length ? Refuse(HttpError.HeadTooLarge) : HeadProgress.Incomplete;
            _lineStart = next;
            if (end) break;
        }

        Length = _lineStart;
        return Finish(buffer[..Length]) ? HeadProgress.Complete : HeadProgress.Refused;
    }

    /// <summary>Parses the first line.</summary>
    /// <returns>The offset of the next line; 0: incomplete; negative: refused, Error is set.</returns>
    private protected abstract int ParseStartLine(ReadOnlySpan<byte> buffer);

    /// <summary>Judges the whole head; sets Error and returns false to refuse it.</summary>
    private protected abstract bool Finish(ReadOnlySpan<byte> head);

    /// <summary>True for a token (RFC 9110 section 5.6.2).</summary>
    private protected static bool IsToken(ReadOnlySpan<byte> text) => !text.IsEmpty && text.IndexOfAnyExcept(Token) < 0;

    /// <summary>Where the token at the beginning ends; -1: nowhere in sight.</summary>
    private protected static int TokenEnd(ReadOnlySpan<byte> text) => text.IndexOfAnyExcept(Token);

    private protected HeadProgress Refuse(HttpError error)
    {
        if (Error == HttpError.None) Error = error;
        return HeadProgress.Refused;
    }

    /// <summary>Connection, Content-Length and Transfer-Encoding, which mean the same in both directions.</summary>
    private protected bool ReadFraming(ReadOnlySpan<byte> head)
    {
        KeepAlive = MinorVersion == 1;
        bool encoded = false;
        for (int i = 0; i < FieldCount; i++)
        {
            ref HeaderField field = ref _fields[i];
            switch (field.Known)
            {
                case KnownHeader.Connection:
                    ReadConnection(head, field.Value(head));
                    break;
                case KnownHeader.ContentLength:
                    // An equal repetition is dropped, so that what goes on has one reading.
                    field.HopByHop = ContentLength >= 0;
                    if (ReadContentLength(field.Value(head))) break;
                    Refuse(HttpError.BadContentLength);
                    return false;
                case KnownHeader.TransferEncoding when encoded || !ReadTransferEncoding(field.Value(head)):
                    Refuse(HttpError.BadTransferEncoding);
                    return false;
                case KnownHeader.TransferEncoding:
                    encoded = true;
                    break;
            }
        }

        if (!encoded || ContentLength < 0) return true;
        Refuse(HttpError.LengthAndEncoding);
        return false;
    }

    private int ParseLine(ReadOnlySpan<byte> buffer, int start, out bool end)
    {
        end = false;
        ReadOnlySpan<byte> line = buffer[start..];
        if (line.IsEmpty) return 0;
        if (line[0] == '\r')
        {
            if (line.Length < 2) return 0;
            end = true;
            return line[1] == '\n' ? start + 2 : -1;
        }

        if (line[0] is (byte)' ' or (byte)'\t')
        {
            Refuse(HttpError.FoldedFieldLine);
            return -1;
        }

        int name = TokenEnd(line);
        if (name < 0) return 0;
        if (name == 0 || line[name] != ':' || name > short.MaxValue) return -1;
        int stop = line[(name + 1)..].IndexOfAny(Controls);
        if (stop < 0) return 0;
        stop += name + 1;
        if (line[stop] != '\r') return -1;
        if (stop + 1 >= line.Length) return 0;
        if (line[stop + 1] != '\n') return -1;
        return AddField(line, start, name, stop) ? start + stop + 2 : -1;
    }

    private bool AddField(ReadOnlySpan<byte> line, int start, int nameLength, int stop)
    {
        if (FieldCount == HttpLimits.Fields)
        {
            Refuse(HttpError.TooManyFields);
            return false;
        }

        int from = nameLength + 1;
        while (from < stop && line[from] is (byte)' ' or (byte)'\t') from++;
        int to = stop;
        while (to > from && line[to - 1] is (byte)' ' or (byte)'\t') to--;
        _fields[FieldCount++] = new HeaderField
        {
            Start = start,
            End = start + stop + 2,
            ValueStart = start + from,
            ValueLength = to - from,
            NameLength = (short)nameLength,
            Known = HeaderNames.Identify(line[..nameLength]),
        };
        return true;
    }

    /// <summary>1*DIGIT, at most 18 of them; the same value may be repeated (RFC 9112 section 6.3).</summary>
    private bool ReadContentLength(ReadOnlySpan<byte> value)
    {
        if (value.Length is 0 or > 18) return false;
        long length = 0;
        foreach (byte b in value)
        {
            if (b is < (byte)'0' or > (byte)'9') return false;
            length = length * 10 + (b - '0');
        }

        if (ContentLength >= 0 && ContentLength != length) return false;
        ContentLength = length;
        return true;
    }

    /// <summary>Exactly `chunked`. Another coding before it, or alone, is not known here.</summary>
    private bool ReadTransferEncoding(ReadOnlySpan<byte> value)
    {
        if (Ascii.EqualsIgnoreCase(value, "chunked"u8))
        {
            Chunked = true;
            return MinorVersion == 1;
        }

        // chunked anywhere but alone and last is an attack on framing (400); other codings are merely unknown (501).
        foreach (Range part in value.Split((byte)','))
        {
            ReadOnlySpan<byte> coding = Trim(value[part]);
            if (!IsToken(coding) || Ascii.EqualsIgnoreCase(coding, "chunked"u8)) return false;
        }

        Refuse(HttpError.UnknownTransferEncoding);
        return false;
    }

    private void ReadConnection(ReadOnlySpan<byte> head, ReadOnlySpan<byte> value)
    {
        foreach (Range part in value.Split((byte)','))
        {
            ReadOnlySpan<byte> option = Trim(value[part]);
            if (Ascii.EqualsIgnoreCase(option, "close"u8)) _closeSeen = true;
            else if (Ascii.EqualsIgnoreCase(option, "keep-alive"u8)) KeepAlive = true;
            else if (!option.IsEmpty) MarkHopByHop(head, option);
        }

        if (_closeSeen) KeepAlive = false;
    }

    private void MarkHopByHop(ReadOnlySpan<byte> head, ReadOnlySpan<byte> name)
    {
        for (int i = 0; i < FieldCount; i++)
        {
            ref HeaderField field = ref _fields[i];
            if (!Ascii.EqualsIgnoreCase(field.Name(head), name)) continue;
            if (field.Known == KnownHeader.Upgrade) UpgradeField = LeadsOutOfHttp(field.Value(head)) ? i : -1;
            // A sender cannot have the fields removed that the message's meaning or our own marks hang on.
            else if (field.Known == KnownHeader.Other || field.Known == KnownHeader.Accept) field.HopByHop = true;
        }
    }

    /// <summary>
    /// One protocol that is not HTTP. What switches to HTTP/2 in clear text would carry requests past routes and policies: its offer is dropped,
    /// and the server answers in HTTP/1.1.
    /// </summary>
    private static bool LeadsOutOfHttp(ReadOnlySpan<byte> protocol) =>
        IsToken(protocol) && !Ascii.EqualsIgnoreCase(protocol, "h2c"u8) && !Ascii.EqualsIgnoreCase(protocol, "http"u8);

    private protected static ReadOnlySpan<byte> Trim(ReadOnlySpan<byte> value) => value.Trim(" \t"u8);
}
