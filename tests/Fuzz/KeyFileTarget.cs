using System.Text;
using Appliance.Limiter;
using Appliance.Limiter.Tokens;
using static Fuzz.InvariantException;

namespace Fuzz;

/// <summary>Key files: PEM, secrets, JWK sets. An operator's, but often fetched from elsewhere: one error each, never an exception.</summary>
internal sealed class KeyFileTarget : ITarget
{
    private static readonly string[] Algorithms = ["HS256", "RS256", "ES256", "ES384", "PS256"];

    public string Name => "key-file";

    public int MaximumLength => 8000;

    public IReadOnlyList<byte[]> Tokens { get; } =
    [
        .. new[]
        {
            "{\"keys\":[", "]}", "\"kty\":\"RSA\"", "\"kty\":\"EC\"", "\"kty\":\"oct\"", "\"kty\":\"OKP\"", "\"crv\":\"P-256\"", "\"crv\":\"P-384\"", "\"use\":\"sig\"", "\"alg\":\"RS256\"", "\"kid\":\"a\"",
            "\"e\":\"AQAB\"", "\"d\":\"AA\"", "\"k\":\"", "\"n\":\"", "\"x\":\"", "\"y\":\"", "-----BEGIN PUBLIC KEY-----\n", "-----END PUBLIC KEY-----\n", "-----BEGIN CERTIFICATE-----\n",
            "-----BEGIN PRIVATE KEY-----\n", "-----BEGIN RSA PUBLIC KEY-----\n", "base64:", "\n", ",", "A", "=",
        }.Select(Encoding.ASCII.GetBytes),
    ];

    public int Run(ReadOnlySpan<byte> input)
    {
        byte[] content = input.ToArray();
        int kind = Look([], new JwtKeySource("set.json", content));
        foreach (string algorithm in Algorithms) kind = HashCode.Combine(kind, Look([new JwtKeySource("key.pem", content, algorithm)], null));
        return kind;
    }

    private static int Look(JwtKeySource[] files, JwtKeySource? set)
    {
        JwtKeySet? keys = JwtKeySet.Load(files, set, out IReadOnlyList<DescriptorFileError> errors);
        Require(keys is null == errors.Count > 0, "there is a set or an error");
        Require(errors.All(error => error.Message.Length is > 0 and < 1000), "an error says something, and not the whole file");
        if (keys is null) return HashCode.Combine(errors.Count, errors[0].Message.Length / 16);
        // A key that was taken can be used.
        using var verifier = new TokenVerifier(new JwtSettings { Keys = keys }, new ClaimNames(["sub"]));
        byte[] block = new byte[verifier.MaxBlockLength];
        foreach (string header in (string[])["eyJhbGciOiJSUzI1NiJ9", "eyJhbGciOiJFUzI1NiJ9", "eyJhbGciOiJFUzM4NCJ9", "eyJhbGciOiJIUzI1NiJ9", "eyJhbGciOiJQUzI1NiJ9"])
        {
            for (int length = 86; length <= 342; length += 64)
                Require(!verifier.Verify(Encoding.ASCII.GetBytes($"{header}.e30.{new string('A', length / 4 * 4)}"), 0, block, mayCheckSignature: true).IsGood, "zeros sign nothing");
        }

        return HashCode.Combine(keys.Count);
    }
}
