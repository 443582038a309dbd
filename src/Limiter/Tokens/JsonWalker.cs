namespace Appliance.Limiter.Tokens;

/// <summary>
/// Walks over the members of one object, or the elements of one array, of strict JSON (RFC 8259), and checks the grammar of everything that it passes.
/// The framework's reader reports bad input by throwing, which costs more than a signature's check and would be an attacker's to ask for; this one
/// throws nothing and allocates nothing. The caller has checked that the bytes are UTF-8.
/// </summary>
/// <param name="json">The document, or the raw bytes of an array found in one.</param>
internal ref struct JsonWalker(ReadOnlySpan<byte> json)
{
    /// <summary>How deep values may lie within each other; tokens need two or three levels.</summary>
    public const int MaxDepth = 16;

    private readonly ReadOnlySpan<byte> _json = json;
    private int _at;
    private bool _started;

    /// <summary>The next member of the object that the document is.</summary>
    public JsonStep NextMember(out JsonText name, out JsonText value)
    {
        name = default;
        value = default;
        JsonStep step = Advance((byte)'{', (byte)'}');
        if (step != JsonStep.Value) return step;
        return TryName(out name) && TryValue(1, out value) ? JsonStep.Value : JsonStep.Malformed;
    }

    /// <summary>The next element of the array that the document is.</summary>
    public JsonStep NextElement(out JsonText value)
    {
        value = default;
        JsonStep step = Advance((byte)'[', (byte)']');
        if (step != JsonStep.Value) return step;
        return TryValue(1, out value) ? JsonStep.Value : JsonStep.Malformed;
    }

    /// <summary>To where the next member begins, or behind the end of the document.</summary>
    private JsonStep Advance(byte open, byte close)
    {
        SkipBlanks();
        bool first = !_started;
        _started = true;
        if (first && !TryTake(open)) return JsonStep.Malformed;
        if (first) SkipBlanks();
        if (TryTake(close))
        {
            SkipBlanks();
            return _at == _json.Length ? JsonStep.End : JsonStep.Malformed;
        }

        if (!first && !TryTake((byte)',')) return JsonStep.Malformed;
        SkipBlanks();
        return JsonStep.Value;
    }

    private bool TryName(out JsonText name)
    {
        if (!TryString(out name)) return false;
        SkipBlanks();
        bool colon = TryTake((byte)':');
        SkipBlanks();
        return colon;
    }

    private bool TryValue(int depth, out JsonText value)
    {
        value = default;
        if (_at == _json.Length) return false;
        int start = _at;
        JsonKind kind;
        switch (_json[_at])
        {
            case (byte)'"': return TryString(out value);
            case (byte)'{': kind = JsonKind.Object; break;
            case (byte)'[': kind = JsonKind.Array; break;
            case (byte)'t': kind = JsonKind.True; break;
            case (byte)'f': kind = JsonKind.False; break;
            case (byte)'n': kind = JsonKind.Null; break;
            default: kind = JsonKind.Number; break;
        }

        bool good = kind switch
        {
            JsonKind.Object or JsonKind.Array => depth < MaxDepth && TrySkipNested(kind == JsonKind.Object, depth + 1),
            JsonKind.True => TryWord("true"u8),
            JsonKind.False => TryWord("false"u8),
            JsonKind.Null => TryWord("null"u8),
            _ => TryNumber(),
        };
        if (good) value = new JsonText(kind, _json[start.._at]);
        return good;
    }

    /// <summary>Calls itself through <see cref="TryValue"/> at most <see cref="MaxDepth"/> times.</summary>
    private bool TrySkipNested(bool isObject, int depth)
    {
        byte close = isObject ? (byte)'}' : (byte)']';
        _at++;
        SkipBlanks();
        if (TryTake(close)) return true;
        while (true)
        {
            SkipBlanks();
            if (isObject && !TryName(out _)) return false;
            if (!TryValue(depth, out _)) return false;
            SkipBlanks();
            if (TryTake(close)) return true;
            if (!TryTake((byte)',')) return false;
        }
    }

    private bool TryString(out JsonText text)
    {
        text = default;
        if (!TryTake((byte)'"')) return false;
        int start = _at;
        while (true)
        {
            int length = _json[_at..].IndexOfAny((byte)'"', (byte)'\\');
            if (length < 0 || _json.Slice(_at, length).IndexOfAnyInRange((byte)0, (byte)0x1f) >= 0) return false;
            _at += length;
            if (_json[_at] == (byte)'"') break;
            if (!TryEscape()) return false;
        }

        text = new JsonText(JsonKind.String, _json[start.._at]);
        _at++;
        return true;
    }

    private bool TryEscape()
    {
        ReadOnlySpan<byte> rest = _json[(_at + 1)..];
        if (rest.IsEmpty) return false;
        if (rest[0] == (byte)'u')
        {
            if (rest.Length < 5 || !char.IsAsciiHexDigit((char)rest[1]) || !char.IsAsciiHexDigit((char)rest[2])
                || !char.IsAsciiHexDigit((char)rest[3]) || !char.IsAsciiHexDigit((char)rest[4])) return false;
            _at += 6;
            return true;
        }

        _at += 2;
        return "\"\\/bfnrt"u8.IndexOf(rest[0]) >= 0;
    }

    private bool TryNumber()
    {
        TryTake((byte)'-');
        if (!TryTake((byte)'0') && !TryDigits()) return false;
        if (TryTake((byte)'.') && !TryDigits()) return false;
        if (!TryTake((byte)'e') && !TryTake((byte)'E')) return true;
        if (!TryTake((byte)'+')) TryTake((byte)'-');
        return TryDigits();
    }

    private bool TryDigits()
    {
        int start = _at;
        while (_at < _json.Length && char.IsAsciiDigit((char)_json[_at])) _at++;
        return _at > start;
    }

    private bool TryWord(ReadOnlySpan<byte> word)
    {
        if (!_json[_at..].StartsWith(word)) return false;
        _at += word.Length;
        return true;
    }

    private bool TryTake(byte wanted)
    {
        if (_at == _json.Length || _json[_at] != wanted) return false;
        _at++;
        return true;
    }

    private void SkipBlanks()
    {
        while (_at < _json.Length && _json[_at] is (byte)' ' or (byte)'\t' or (byte)'\n' or (byte)'\r') _at++;
    }
}
