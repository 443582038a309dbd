using System.Text.Unicode;

namespace Appliance.Limiter.Tokens;

/// <summary>Reads a claims set (RFC 7519 section 4): the claims that the bundle asks for into a block, the registered ones for their checks.</summary>
internal static class TokenPayload
{
    /// <summary>False when the bytes are not one JSON object in UTF-8 with each name once.</summary>
    /// <param name="json">The decoded payload.</param>
    /// <param name="names">The claims to keep.</param>
    /// <param name="block">At least <see cref="ClaimBlock.MaxLength"/> long.</param>
    /// <param name="length">Of the block that was written.</param>
    /// <param name="registered">Null values for those that the token lacks.</param>
    /// <param name="areTimesWellFormed">False when `exp` or `nbf` is no number.</param>
    public static bool TryRead(
        ReadOnlySpan<byte> json, ClaimNames names, Span<byte> block, out int length, ref RegisteredClaims registered, out bool areTimesWellFormed)
    {
        length = ClaimBlock.Begin(block, names.Count);
        areTimesWellFormed = true;
        if (!Utf8.IsValid(json)) return false;
        var walker = new JsonWalker(json);
        var seen = new MemberNames(stackalloc ulong[MemberNames.Max]);
        JsonStep step;
        while ((step = walker.NextMember(out JsonText name, out JsonText value)) == JsonStep.Value)
        {
            if (!seen.TryAdd(name)) return false;
            areTimesWellFormed &= registered.TryNote(name, value);
            int claim = names.IndexOf(name);
            if (claim < 0) continue;
            if (!TryWrite(value, block[length..], out int written)) return false;
            ClaimBlock.Set(block, claim, length, written);
            length += written;
        }

        return step == JsonStep.End;
    }

    /// <summary>Text of strings, numbers as they stand, true and false by name; nothing of null, arrays and objects.</summary>
    private static bool TryWrite(JsonText value, Span<byte> destination, out int written)
    {
        written = 0;
        if (value.Kind == JsonKind.String) return value.TryUnescape(destination, out written);
        if (value.Kind is not (JsonKind.Number or JsonKind.True or JsonKind.False)) return true;
        value.Raw.CopyTo(destination);
        written = value.Raw.Length;
        return true;
    }
}
