namespace Appliance.Configuration;

/// <summary>The keys of `policies.jwt`.</summary>
internal static class JwtSection
{
    private static readonly TextKind Name = new("1 to 1024 characters", text => text.Length is > 0 and <= 1024);

    private static readonly SectionListKey Keys = new("keys", JwtKeySection.Section,
        "What tokens may be signed with. Without keys claims are read unverified: only behind a gateway that verifies.");
    private static readonly ValueKey<string> JwksFile = new("jwks_file", Kinds.FilePath, null, "A JWK set with more keys.");
    private static readonly ValueKey<string> Issuer = new("issuer", Name, null, "What `iss` must be. Absent: anything.");
    private static readonly ValueKey<string> Audience = new("audience", Name, null, "What `aud` must be or hold. Absent: anything.");
    private static readonly ValueKey<TimeSpan> Leeway = new("leeway", new DurationKind(0, 10 * 60_000, 1000), "0s",
        "How far the issuer's clock may be from ours, up to 10m.");
    private static readonly ValueKey<bool> OnInvalid = new("on_invalid", new ChoiceKind<bool>([("sentinel", false), ("reject", true)]), "sentinel",
        "sentinel: the claims of a bad token read __invalid__, and rules decide. reject: 401 where a policy looks at claims; no token at all is not a bad one.");

    /// <summary>The declaration.</summary>
    public static readonly Section Section = new([Keys, JwksFile, Issuer, Audience, Leeway, OnInvalid], ["jwks_url", "algorithms"]);

    /// <summary>Reads the section.</summary>
    public static JwtConfig Read(SectionReader reader, string baseDirectory) => new()
    {
        Keys = [.. reader.Get(Keys).Select(key => JwtKeySection.Read(key, baseDirectory))],
        JwksFile = reader.GetFile(JwksFile, baseDirectory),
        Issuer = reader.GetOrNull(Issuer),
        Audience = reader.GetOrNull(Audience),
        Leeway = reader.Get(Leeway),
        RejectsInvalid = reader.Get(OnInvalid),
    };
}
