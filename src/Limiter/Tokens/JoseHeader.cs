using System.Text.Unicode;

namespace Appliance.Limiter.Tokens;

/// <summary>
/// What we need of a JOSE header (RFC 7515 section 4): the algorithm and the key's name. Names that would fetch or carry a key (`jku`, `jwk`, `x5u`,
/// `x5c`) are not looked at; `crit` is refused, since there is no extension that we understand.
/// </summary>
/// <param name="algorithm">Never None.</param>
/// <param name="keyId">Empty when the header names no key.</param>
internal readonly ref struct JoseHeader(JwtAlgorithms algorithm, ReadOnlySpan<byte> keyId)
{
    public const int MaxKeyIdBytes = 256;

    public JwtAlgorithms Algorithm { get; } = algorithm;

    public ReadOnlySpan<byte> KeyId { get; } = keyId;

    /// <summary>False for everything that is not a header of a token that we could verify.</summary>
    /// <param name="json">The decoded header.</param>
    /// <param name="keyIdRoom">Where the key's name is written, <see cref="MaxKeyIdBytes"/> long.</param>
    /// <param name="header">Over <paramref name="keyIdRoom"/>.</param>
    public static bool TryParse(ReadOnlySpan<byte> json, Span<byte> keyIdRoom, out JoseHeader header)
    {
        header = default;
        if (!Utf8.IsValid(json)) return false;
        var walker = new JsonWalker(json);
        var names = new MemberNames(stackalloc ulong[MemberNames.Max]);
        JwtAlgorithms algorithm = JwtAlgorithms.None;
        int keyIdLength = 0;
        JsonStep step;
        while ((step = walker.NextMember(out JsonText name, out JsonText value)) == JsonStep.Value)
        {
            if (!names.TryAdd(name) || name.Is("crit"u8)) return false;
            if (name.Is("alg"u8) && !TryAlgorithm(value, out algorithm)) return false;
            if (name.Is("kid"u8) && !value.TryUnescape(keyIdRoom, out keyIdLength)) return false;
        }

        header = new JoseHeader(algorithm, keyIdRoom[..keyIdLength]);
        return step == JsonStep.End && algorithm != JwtAlgorithms.None;
    }

    private static bool TryAlgorithm(JsonText value, out JwtAlgorithms algorithm)
    {
        algorithm = value.Kind == JsonKind.String ? JwtAlgorithmNames.Parse(value.Raw) : JwtAlgorithms.None;
        return algorithm != JwtAlgorithms.None;
    }
}
