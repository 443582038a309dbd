namespace Appliance.Limiter.Tokens;

/// <summary>The kinds of RFC 8259 section 3.</summary>
internal enum JsonKind
{
    Null,
    False,
    True,
    Number,
    String,
    Array,
    Object,
}
