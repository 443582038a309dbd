namespace Appliance.Configuration;

/// <summary>The keys of an entry of `policies.jwt.keys`.</summary>
internal static class JwtKeySection
{
    private static readonly string[] Algorithms = ["HS256", "HS384", "HS512", "RS256", "RS384", "RS512", "PS256", "ES256", "ES384"];

    private static readonly ValueKey<string> KeyId = new("kid", new TextKind("a key id of 1 to 256 characters", text => text.Length is > 0 and <= 256), null,
        "Tokens with this `kid` are checked with this key. Absent: any.");
    private static readonly ValueKey<string> Algorithm = new("algorithm", new ChoiceKind<string>([.. Algorithms.Select(name => (name, name))]), null,
        "HS256, HS384, HS512, RS256, RS384, RS512, PS256, ES256 or ES384: the only one that tokens may name for this key.")
    { Required = true };
    private static readonly ValueKey<string> File = new("file", Kinds.FilePath, null,
        "PEM: public key or certificate; for HS* the secret, as it is or as base64:TEXT. The same on both nodes.")
    { Required = true };

    /// <summary>The declaration.</summary>
    public static readonly Section Section = new([KeyId, Algorithm, File], []);

    /// <summary>Reads the section.</summary>
    public static JwtKeyConfig Read(SectionReader reader, string baseDirectory) =>
        new(Path.GetFullPath(reader.Get(File), baseDirectory), reader.Get(Algorithm), reader.GetOrNull(KeyId));
}
