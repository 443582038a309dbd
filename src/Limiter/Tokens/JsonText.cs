namespace Appliance.Limiter.Tokens;

/// <summary>A value as it stands in the document: a string without its quotes, everything else whole.</summary>
/// <param name="kind">What it is.</param>
/// <param name="raw">Its bytes, escapes not undone.</param>
internal readonly ref struct JsonText(JsonKind kind, ReadOnlySpan<byte> raw)
{
    public JsonKind Kind { get; } = kind;

    public ReadOnlySpan<byte> Raw { get; } = raw;

    /// <summary>The string's text as UTF-8. False when it is no string, names half of a surrogate pair, or finds no room.</summary>
    /// <param name="destination">As long as <see cref="Raw"/> is always enough.</param>
    /// <param name="written">The length of the text.</param>
    public bool TryUnescape(Span<byte> destination, out int written)
    {
        written = 0;
        return Kind == JsonKind.String && JsonEscapes.TryUndo(Raw, destination, out written);
    }

    /// <summary>True for a string whose text is <paramref name="utf8"/>, however it is escaped.</summary>
    public bool Is(ReadOnlySpan<byte> utf8)
    {
        if (Kind != JsonKind.String) return false;
        if (Raw.IndexOf((byte)'\\') < 0) return Raw.SequenceEqual(utf8);
        Span<byte> room = stackalloc byte[256];
        return utf8.Length <= room.Length && JsonEscapes.TryUndo(Raw, room, out int written) && room[..written].SequenceEqual(utf8);
    }
}
