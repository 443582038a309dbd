namespace Appliance.Limiter.Llm;

/// <summary>
/// Cuts a server-sent event stream (WHATWG HTML, section 9.2.6) into events, fed pieces cut at any byte: lines end in LF, CR LF or CR, a
/// byte order mark at the start is skipped, comments and fields other than data pass. Bounded state: it holds no bytes.
/// </summary>
internal struct SseSplitter
{
    private Step _step;
    private int _matched;
    private int _bom;
    private bool _hasFields;
    private bool _afterCarriageReturn;

    private enum Step : byte { LineStart, Name, FirstOfValue, Value, OtherField, Comment }

    /// <summary>Whether the event under way has a data line.</summary>
    public bool HasData { get; private set; }

    private static ReadOnlySpan<byte> ByteOrderMark => [0xEF, 0xBB, 0xBF];

    private static ReadOnlySpan<byte> DataName => "data"u8;

    /// <summary>The next token of a piece.</summary>
    /// <param name="piece">The piece of the stream.</param>
    /// <param name="at">Where to go on in it; is moved behind the token.</param>
    /// <param name="data">The bytes of a <see cref="SseToken.Data"/>, else empty.</param>
    public SseToken Next(ReadOnlySpan<byte> piece, ref int at, out ReadOnlySpan<byte> data)
    {
        data = default;
        while (at < piece.Length)
        {
            bool secondHalf = _afterCarriageReturn && piece[at] == '\n';
            _afterCarriageReturn = false;
            SseToken token;
            if (secondHalf)
            {
                at++;
                token = _hasFields ? SseToken.None : SseToken.Idle;
            }
            else if (_step >= Step.Value)
            {
                token = InRestOfLine(piece, ref at, out data);
            }
            else
            {
                token = InStartOfLine(piece[at], ref at);
            }

            if (token != SseToken.None) return token;
        }

        return SseToken.None;
    }

    /// <summary>One byte of a field's name, or the one behind its colon.</summary>
    private SseToken InStartOfLine(byte value, ref int at)
    {
        if (_bom < ByteOrderMark.Length && IsByteOrderMark(value, ref at)) return SseToken.None;
        if (_step == Step.FirstOfValue && value != ' ')
        {
            _step = Step.Value;
            return SseToken.None;
        }

        at++;
        if (value is (byte)'\n' or (byte)'\r') return EndLine(value);
        switch (_step)
        {
            case Step.FirstOfValue:
                _step = Step.Value;
                return SseToken.None;
            case Step.LineStart when value == ':':
                _step = Step.Comment;
                return SseToken.None;
            case Step.LineStart when value == DataName[0]:
                _step = Step.Name;
                _matched = 1;
                return SseToken.None;
            case Step.Name when _matched < DataName.Length && value == DataName[_matched]:
                _matched++;
                return SseToken.None;
            case Step.Name when _matched == DataName.Length && value == ':':
                _step = Step.FirstOfValue;
                return BeginData();
            default:
                _step = Step.OtherField;
                _hasFields = true;
                return SseToken.None;
        }
    }

    /// <summary>Whether the byte belongs to the mark; what only begins like one is a field that nobody knows.</summary>
    private bool IsByteOrderMark(byte value, ref int at)
    {
        if (value == ByteOrderMark[_bom])
        {
            _bom++;
            at++;
            return true;
        }

        bool broken = _bom > 0;
        _bom = ByteOrderMark.Length;
        if (!broken) return false;
        _step = Step.OtherField;
        _hasFields = true;
        return true;
    }

    private SseToken InRestOfLine(ReadOnlySpan<byte> piece, ref int at, out ReadOnlySpan<byte> data)
    {
        ReadOnlySpan<byte> rest = piece[at..];
        int end = rest.IndexOfAny((byte)'\n', (byte)'\r');
        ReadOnlySpan<byte> part = end < 0 ? rest : rest[..end];
        at += part.Length;
        bool isData = _step == Step.Value && !part.IsEmpty;
        data = isData ? part : default;
        if (isData) return SseToken.Data;
        if (end < 0) return SseToken.None;
        at++;
        return EndLine(rest[end]);
    }

    private SseToken EndLine(byte terminator)
    {
        _afterCarriageReturn = terminator == '\r';
        Step line = _step;
        _step = Step.LineStart;
        switch (line)
        {
            case Step.LineStart:
                bool hadData = HasData;
                HasData = _hasFields = false;
                return hadData ? SseToken.EndOfEvent : SseToken.Idle;
            case Step.Comment:
                return _hasFields ? SseToken.None : SseToken.Idle;
            case Step.Name when _matched == DataName.Length:
                return BeginData();
            default:
                _hasFields = true;
                return SseToken.None;
        }
    }

    /// <summary>A data line begins; the first of an event needs no word.</summary>
    private SseToken BeginData()
    {
        _hasFields = true;
        bool further = HasData;
        HasData = true;
        return further ? SseToken.DataLine : SseToken.None;
    }
}
