using System.Buffers;
using System.Text;

namespace Appliance.Limiter.Llm;

/// <summary>
/// A strict JSON reader (RFC 8259) that is fed pieces cut at any byte and keeps a bounded state, whatever comes: it neither buffers values
/// nor allocates nor throws. Utf8JsonReader answers malformed input with exceptions and wants a whole string in one buffer; neither suits
/// input that strangers choose and responses of any length. The tests hold the two against each other.
///
/// Every value has a node, a number that the derived class gives it from the node of what it lies in and its name. What lies in an
/// <see cref="Ignored"/> node is checked but not reported. One thread at a time.
/// </summary>
internal abstract class JsonScanner
{
    /// <summary>Open objects and arrays; deeper input is refused.</summary>
    public const int MaxDepth = 64;

    /// <summary>The node of what nobody asks for.</summary>
    protected const byte Ignored = 0;

    /// <summary>The node of the document.</summary>
    protected const byte Root = 1;

    /// <summary>Bytes kept of a name or a number; no name that is looked for is longer.</summary>
    private const int MaxKept = 64;

    private static readonly SearchValues<byte> StringStops = SearchValues.Create([.. Enumerable.Range(0, 0x20).Select(b => (byte)b), (byte)'"', (byte)'\\']);
    private static readonly byte[][] Words = ["true"u8.ToArray(), "false"u8.ToArray(), "null"u8.ToArray()];

    private readonly byte[] _nodes = new byte[MaxDepth + 1];
    private readonly byte[] _kept = new byte[MaxKept];
    private Step _step;
    private NumberPart _number;
    private ulong _arrays;
    private int _depth;
    private int _length;
    private int _bom;
    private int _word;
    private int _hexDigits;
    private int _hexValue;
    private int _highSurrogate;
    private bool _isName;
    private byte _node;

    /// <summary>What is expected, or what the next byte is part of.</summary>
    private enum Step : byte
    {
        Start, Value, FirstElement, Element, FirstName, Name, Colon, AfterValue, Done,
        String, Escape, Hex, Number, Word, Failed,
    }

    /// <summary>How far a number has come (RFC 8259 section 6).</summary>
    private enum NumberPart : byte { Minus, Zero, Integer, Point, Fraction, Exponent, ExponentSign, ExponentDigits, End }

    private static ReadOnlySpan<byte> ByteOrderMark => [0xEF, 0xBB, 0xBF];

    private bool InArray => (_arrays >> (_depth - 1) & 1) != 0;

    /// <summary>The node of a member's value. Not asked below an ignored node.</summary>
    /// <param name="parent">The object's node.</param>
    /// <param name="name">With escapes resolved; empty when longer than any name that is looked for.</param>
    /// <param name="nameLength">The name's bytes, also when it is not given.</param>
    protected abstract byte Member(byte parent, ReadOnlySpan<byte> name, int nameLength);

    /// <summary>The node of an array's elements. Not asked below an ignored node.</summary>
    protected abstract byte Element(byte parent);

    /// <summary>A piece of a string value, escapes resolved, as UTF-8; a string comes in any number of pieces.</summary>
    protected abstract void Text(byte node, ReadOnlySpan<byte> piece);

    /// <summary>The string value is complete.</summary>
    protected virtual void TextEnd(byte node)
    {
    }

    /// <summary>A number as it is written; empty when longer than any sensible one.</summary>
    protected abstract void Number(byte node, ReadOnlySpan<byte> literal);

    /// <summary>The literal true; false and null are not reported, since nothing depends on them.</summary>
    protected virtual void True(byte node)
    {
    }

    /// <summary>An object or array begins.</summary>
    protected virtual void Opened(byte node)
    {
    }

    /// <summary>An object or array is complete.</summary>
    protected virtual void Closed(byte node)
    {
    }

    /// <summary>Forgets everything; the next byte begins a document.</summary>
    public void Reset()
    {
        _step = Step.Start;
        _depth = 0;
        _bom = 0;
    }

    /// <summary>Takes the next piece; false once the input is known not to be JSON, after which nothing more is reported.</summary>
    public bool Feed(ReadOnlySpan<byte> piece)
    {
        int at = 0;
        while (at < piece.Length)
        {
            switch (_step)
            {
                case Step.Failed: return false;
                case Step.String: at = InString(piece, at); break;
                case Step.Escape: InEscape(piece[at++]); break;
                case Step.Hex: InHex(piece[at++]); break;
                case Step.Number: at = InNumber(piece, at); break;
                case Step.Word: InWord(piece[at++]); break;
                case Step.Start: InStart(piece[at++]); break;
                default: BetweenTokens(piece[at++]); break;
            }
        }

        return _step != Step.Failed;
    }

    /// <summary>The input ends here; true when it was one whole document.</summary>
    public bool End()
    {
        if (_step == Step.Number) EndNumber();
        return _step == Step.Done;
    }

    /// <summary>A byte order mark is skipped, as the frameworks behind us do: else it would hide the body from the limits.</summary>
    private void InStart(byte value)
    {
        if (_bom < ByteOrderMark.Length && value == ByteOrderMark[_bom])
        {
            _bom++;
        }
        else if (_bom is 0 or 3)
        {
            _node = Root;
            _step = Step.Value;
            BetweenTokens(value);
        }
        else
        {
            _step = Step.Failed;
        }
    }

    private void BetweenTokens(byte value)
    {
        if (value is (byte)' ' or (byte)'\n' or (byte)'\r' or (byte)'\t') return;
        switch (_step)
        {
            case Step.Value: BeginValue(value); break;
            case Step.FirstElement when value == ']': Close(array: true); break;
            case Step.FirstElement or Step.Element: BeginElement(value); break;
            case Step.FirstName when value == '}': Close(array: false); break;
            case Step.FirstName or Step.Name when value == '"': BeginString(isName: true); break;
            case Step.Colon when value == ':': _step = Step.Value; break;
            case Step.AfterValue when value == ',': _step = InArray ? Step.Element : Step.Name; break;
            case Step.AfterValue when value is (byte)']' or (byte)'}': Close(array: value == ']'); break;
            default: _step = Step.Failed; break;
        }
    }

    private void BeginElement(byte value)
    {
        byte parent = _nodes[_depth];
        _node = parent == Ignored ? Ignored : Element(parent);
        BeginValue(value);
    }

    private void BeginValue(byte value)
    {
        switch (value)
        {
            case (byte)'{': Open(array: false); break;
            case (byte)'[': Open(array: true); break;
            case (byte)'"': BeginString(isName: false); break;
            case (byte)'t': BeginWord(0); break;
            case (byte)'f': BeginWord(1); break;
            case (byte)'n': BeginWord(2); break;
            case (byte)'-': BeginNumber(value, NumberPart.Minus); break;
            case (byte)'0': BeginNumber(value, NumberPart.Zero); break;
            case >= (byte)'1' and <= (byte)'9': BeginNumber(value, NumberPart.Integer); break;
            default: _step = Step.Failed; break;
        }
    }

    private void Open(bool array)
    {
        if (_depth == MaxDepth)
        {
            _step = Step.Failed;
            return;
        }

        ulong bit = 1UL << _depth;
        _arrays = array ? _arrays | bit : _arrays & ~bit;
        _nodes[++_depth] = _node;
        _step = array ? Step.FirstElement : Step.FirstName;
        if (_node != Ignored) Opened(_node);
    }

    private void Close(bool array)
    {
        if (InArray != array)
        {
            _step = Step.Failed;
            return;
        }

        byte node = _nodes[_depth--];
        if (node != Ignored) Closed(node);
        EndValue();
    }

    private void EndValue() => _step = _depth == 0 ? Step.Done : Step.AfterValue;

    private void BeginString(bool isName)
    {
        _isName = isName;
        _length = 0;
        _highSurrogate = 0;
        _step = Step.String;
    }

    private int InString(ReadOnlySpan<byte> piece, int at)
    {
        ReadOnlySpan<byte> rest = piece[at..];
        int stop = rest.IndexOfAny(StringStops);
        if (stop != 0) Emit(stop < 0 ? rest : rest[..stop]);
        if (stop < 0) return piece.Length;
        switch (rest[stop])
        {
            case (byte)'"': EndString(); break;
            case (byte)'\\': _step = Step.Escape; break;
            default: _step = Step.Failed; break;
        }

        return at + stop + 1;
    }

    private void EndString()
    {
        FlushSurrogate();
        if (!_isName)
        {
            if (_node != Ignored) TextEnd(_node);
            EndValue();
            return;
        }

        byte parent = _nodes[_depth];
        _node = parent == Ignored ? Ignored : Member(parent, _length <= MaxKept ? _kept.AsSpan(0, _length) : default, _length);
        _step = Step.Colon;
    }

    private void InEscape(byte value)
    {
        ReadOnlySpan<byte> plain = value switch
        {
            (byte)'"' => "\""u8,
            (byte)'\\' => "\\"u8,
            (byte)'/' => "/"u8,
            (byte)'b' => "\b"u8,
            (byte)'f' => "\f"u8,
            (byte)'n' => "\n"u8,
            (byte)'r' => "\r"u8,
            (byte)'t' => "\t"u8,
            _ => default,
        };
        if (!plain.IsEmpty)
        {
            Emit(plain);
            _step = Step.String;
        }
        else
        {
            _hexDigits = _hexValue = 0;
            _step = value == 'u' ? Step.Hex : Step.Failed;
        }
    }

    private void InHex(byte value)
    {
        int digit = value switch
        {
            >= (byte)'0' and <= (byte)'9' => value - '0',
            >= (byte)'a' and <= (byte)'f' => value - 'a' + 10,
            >= (byte)'A' and <= (byte)'F' => value - 'A' + 10,
            _ => -1,
        };
        if (digit < 0)
        {
            _step = Step.Failed;
            return;
        }

        _hexValue = _hexValue << 4 | digit;
        if (++_hexDigits < 4) return;
        EmitUnit(_hexValue);
        _step = Step.String;
    }

    /// <summary>A UTF-16 unit as an escape gives it: halves of a pair are joined, a half without the other becomes U+FFFD.</summary>
    private void EmitUnit(int unit)
    {
        if (char.IsLowSurrogate((char)unit) && _highSurrogate != 0)
        {
            var rune = new Rune((char)_highSurrogate, (char)unit);
            _highSurrogate = 0;
            Emit(rune);
            return;
        }

        FlushSurrogate();
        if (char.IsHighSurrogate((char)unit)) _highSurrogate = unit;
        else Emit(char.IsLowSurrogate((char)unit) ? Rune.ReplacementChar : new Rune(unit));
    }

    private void FlushSurrogate()
    {
        if (_highSurrogate == 0) return;
        _highSurrogate = 0;
        Emit(Rune.ReplacementChar);
    }

    private void Emit(Rune rune)
    {
        Span<byte> utf8 = stackalloc byte[4];
        Emit(utf8[..rune.EncodeToUtf8(utf8)]);
    }

    private void Emit(scoped ReadOnlySpan<byte> piece)
    {
        FlushSurrogate();
        if (!_isName)
        {
            if (_node != Ignored) Text(_node, piece);
            return;
        }

        if (_length + piece.Length <= MaxKept) piece.CopyTo(_kept.AsSpan(_length));
        _length = Math.Min(_length + piece.Length, int.MaxValue / 2);
    }

    private void BeginNumber(byte first, NumberPart part)
    {
        _kept[0] = first;
        _length = 1;
        _number = part;
        _step = Step.Number;
    }

    private int InNumber(ReadOnlySpan<byte> piece, int at)
    {
        NumberPart part = _number;
        int length = _length;
        for (; at < piece.Length; at++)
        {
            byte value = piece[at];
            part = (uint)(value - '0') <= 9 ? AfterDigit(part, value) : AfterSign(part, value);
            if (part == NumberPart.End) break;
            _number = part;
            if (length < MaxKept) _kept[length] = value;
            length = Math.Min(length + 1, MaxKept + 1);
        }

        _length = length;
        if (at < piece.Length) EndNumber();
        return at;
    }

    private static NumberPart AfterDigit(NumberPart part, byte digit) => part switch
    {
        NumberPart.Integer or NumberPart.Fraction or NumberPart.ExponentDigits => part,
        NumberPart.Minus => digit == '0' ? NumberPart.Zero : NumberPart.Integer,
        NumberPart.Point => NumberPart.Fraction,
        NumberPart.Exponent or NumberPart.ExponentSign => NumberPart.ExponentDigits,
        _ => NumberPart.End,
    };

    private static NumberPart AfterSign(NumberPart part, byte sign) => sign switch
    {
        (byte)'.' when part is NumberPart.Zero or NumberPart.Integer => NumberPart.Point,
        (byte)'e' or (byte)'E' when part is NumberPart.Zero or NumberPart.Integer or NumberPart.Fraction => NumberPart.Exponent,
        (byte)'+' or (byte)'-' when part is NumberPart.Exponent => NumberPart.ExponentSign,
        _ => NumberPart.End,
    };

    private void EndNumber()
    {
        if (_number is not (NumberPart.Zero or NumberPart.Integer or NumberPart.Fraction or NumberPart.ExponentDigits))
        {
            _step = Step.Failed;
            return;
        }

        if (_node != Ignored) Number(_node, _length <= MaxKept ? _kept.AsSpan(0, _length) : default);
        EndValue();
    }

    private void BeginWord(int word)
    {
        _word = word;
        _length = 1;
        _step = Step.Word;
    }

    private void InWord(byte value)
    {
        byte[] word = Words[_word];
        if (value != word[_length])
        {
            _step = Step.Failed;
            return;
        }

        if (++_length < word.Length) return;
        if (_word == 0 && _node != Ignored) True(_node);
        EndValue();
    }
}
