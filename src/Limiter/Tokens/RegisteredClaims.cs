using System.Globalization;

namespace Appliance.Limiter.Tokens;

/// <summary>The registered claims of RFC 7519 section 4.1 that decide whether a token is for us and for now.</summary>
internal ref struct RegisteredClaims()
{
    /// <summary>Far beyond any date, and far from overflowing when a leeway is added.</summary>
    private const long FarMs = 1L << 52;

    /// <summary>`exp` in Unix milliseconds, rounded up.</summary>
    public long ExpiresMs { get; private set; } = FarMs;

    /// <summary>`nbf` in Unix milliseconds, rounded up.</summary>
    public long NotBeforeMs { get; private set; } = -FarMs;

    public JsonText Issuer { get; private set; }

    public JsonText Audience { get; private set; }

    /// <summary>False when a time is no number (section 2, NumericDate).</summary>
    public bool TryNote(JsonText name, JsonText value)
    {
        if (name.Is("exp"u8))
        {
            bool good = TryMilliseconds(value, out long expiresMs);
            ExpiresMs = expiresMs;
            return good;
        }

        if (name.Is("nbf"u8))
        {
            bool good = TryMilliseconds(value, out long notBeforeMs);
            NotBeforeMs = notBeforeMs;
            return good;
        }

        if (name.Is("iss"u8)) Issuer = value;
        else if (name.Is("aud"u8)) Audience = value;
        return true;
    }

    /// <summary>Section 4.1.3: the audience is one string, or an array that holds it.</summary>
    public readonly bool IsFor(ReadOnlySpan<byte> audience)
    {
        if (Audience.Kind != JsonKind.Array) return Audience.Is(audience);
        var walker = new JsonWalker(Audience.Raw);
        while (walker.NextElement(out JsonText element) == JsonStep.Value)
            if (element.Is(audience)) return true;
        return false;
    }

    private static bool TryMilliseconds(JsonText value, out long milliseconds)
    {
        milliseconds = 0;
        if (value.Kind != JsonKind.Number || !double.TryParse(value.Raw, NumberStyles.Float, CultureInfo.InvariantCulture, out double seconds)) return false;
        milliseconds = (long)Math.Ceiling(Math.Clamp(seconds * 1000, -FarMs, FarMs));
        return true;
    }
}
