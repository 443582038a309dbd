using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using Appliance.Limiter.Tokens;
using static Fuzz.InvariantException;
using Base64Url = System.Buffers.Text.Base64Url;

namespace Fuzz;

/// <summary>
/// Bearer tokens. The input is a header and, behind the first line break, a payload. As it stands it is nobody's token; signed with the verifier's own
/// secret it is one exactly when the framework's JSON reader finds it sound, and then says the same.
/// </summary>
[System.Diagnostics.CodeAnalysis.SuppressMessage("Design", "CA1001:Types that own disposable fields should be disposable", Justification = "It lives as long as the process.")]
internal sealed class TokenTarget : ITarget
{
    private const long NowMs = 1_770_129_000_000;
    private const int PlainLength = 1500;
    private static readonly byte[] Secret = [.. Enumerable.Range(1, 64).Select(i => (byte)i)];
    private static readonly string[] Claims = ["sub", "plan"];
    private static readonly ClaimNames Names = new(Claims);
    private static readonly JwtKeySet Keys = JwtKeySet.Load(
        [new JwtKeySource("secret", Encoding.ASCII.GetBytes("base64:" + Convert.ToBase64String(Secret)), "HS256", "k")], null, out _)!;

    private readonly TokenVerifier _verifier = new(new JwtSettings { Keys = Keys }, Names);
    private readonly TokenVerifier _unverified = new(new JwtSettings(), Names);
    private readonly TokenReader _reader = new(new JwtSettings { Keys = Keys }, Names, new TokenHash(), new VerificationBudget(), cacheEntries: 64);

    public string Name => "token";

    public int MaximumLength => 20_000;

    public IReadOnlyList<byte[]> Tokens { get; } =
    [
        .. new[]
        {
            "\"alg\":\"HS256\"", "\"alg\":\"none\"", "\"alg\":\"ES256\"", "\"kid\":\"k\"", "\"kid\":\"x\"", "\"crit\":[]", "\"sub\":\"a\"", "\"plan\":\"gold\"", "\"s\\u0075b\":1",
            "\"exp\":1", "\"exp\":1900000000", "\"nbf\":0", "\"nbf\":1e308", "\"exp\":-0", "1e-400", "{", "}", "[", "]", ",", ":", "null", "true", "\\ud83d", "\\ude00", "\\u0000",
            "\n", ".", "{\"alg\":\"HS256\"}\n{\"sub\":\"a\"}", "\ufeff", "\u00e9",
        }.Select(Encoding.UTF8.GetBytes),
    ];

    public int Run(ReadOnlySpan<byte> input)
    {
        byte[] block = new byte[_verifier.MaxBlockLength];
        if (input.Length <= TokenVerifier.MaxTokenBytes) Require(!_verifier.Verify(input, NowMs, block, mayCheckSignature: true).IsGood, "nobody else can sign");
        byte[] authorization = [.. "Bearer "u8, .. input];
        Require(_reader.Read(authorization, default, NowMs).Status != TokenStatus.Good, "nor through the cache");

        int end = input.IndexOf((byte)'\n');
        byte[] header = (end < 0 ? input : input[..end]).ToArray(), payload = (end < 0 ? default : input[(end + 1)..]).ToArray();
        byte[] token = Sign(header, payload);
        if (token.Length > TokenVerifier.MaxTokenBytes) return 1;
        TokenVerdict verdict = _verifier.Verify(token, NowMs, block, mayCheckSignature: true);
        bool expected = IsHeader(header) && IsPayload(payload, checkTimes: true);
        Require(!verdict.IsGood || expected, "a token that is taken has a header and a payload of one reading");
        Require(verdict.IsGood || !expected || !IsPlain(header) || !IsPlain(payload), "a plain token is taken");
        if (verdict.IsGood) CheckClaims(payload, block);
        Require(verdict.IsGood || verdict.HoldsUntilMs > NowMs, "a verdict holds for a while");

        TokenVerdict read = _unverified.Verify(token, NowMs, block, mayCheckSignature: false);
        Require(!read.IsGood || IsPayload(payload, checkTimes: false), "without keys the payload must be sound all the same");
        if (read.IsGood) CheckClaims(payload, block);
        // What the verifier takes, the reader takes from its cache too.
        byte[] good = [.. "Bearer "u8, .. token];
        for (int i = 0; i < 2; i++) Require(_reader.Read(good, default, NowMs).Status == TokenStatus.Good == verdict.IsGood || !verdict.IsGood, "the cache says what the verifier said");
        return HashCode.Combine(verdict.IsGood, read.IsGood, verdict.BlockLength / 8, verdict.SpentUs, verdict.HoldsUntilMs == long.MaxValue, payload.Length / 64);
    }

    private static byte[] Sign(byte[] header, byte[] payload)
    {
        string signed = Base64Url.EncodeToString(header) + "." + Base64Url.EncodeToString(payload);
        return Encoding.ASCII.GetBytes(signed + "." + Base64Url.EncodeToString(HMACSHA256.HashData(Secret, Encoding.ASCII.GetBytes(signed))));
    }

    private static bool IsHeader(byte[] json)
    {
        if (Members(json) is not { } members || members.ContainsKey("crit")) return false;
        bool algorithm = members.TryGetValue("alg", out JsonElement alg) && alg.ValueKind == JsonValueKind.String && TextOf(alg) == "HS256";
        return algorithm && (!members.TryGetValue("kid", out JsonElement kid) || (kid.ValueKind == JsonValueKind.String && TextOf(kid) is "k" or ""));
    }

    private static bool IsPayload(byte[] json, bool checkTimes)
    {
        if (Members(json) is not { } members || Claims.Any(name => members.TryGetValue(name, out JsonElement claim) && ValueOf(claim) is null)) return false;
        if (!checkTimes) return true;
        if (members.TryGetValue("exp", out JsonElement exp) && !(exp.ValueKind == JsonValueKind.Number && NowMs < Math.Ceiling(exp.GetDouble() * 1000))) return false;
        return !members.TryGetValue("nbf", out JsonElement nbf) || (nbf.ValueKind == JsonValueKind.Number && NowMs >= Math.Ceiling(nbf.GetDouble() * 1000));
    }

    private static void CheckClaims(byte[] payload, byte[] block)
    {
        Dictionary<string, JsonElement> members = Members(payload)!;
        for (int i = 0; i < Claims.Length; i++)
        {
            string expected = members.TryGetValue(Claims[i], out JsonElement claim) ? ValueOf(claim)! : "";
            Require(Encoding.UTF8.GetString(ClaimBlock.ValueOf(block, i)) == expected, "a claim reads as the framework reads it");
        }
    }

    /// <summary>Null when it is not one object of different names, each of them text.</summary>
    private static Dictionary<string, JsonElement>? Members(byte[] json)
    {
        try
        {
            if (!Utf8.IsValid(json)) return null;
            var members = new Dictionary<string, JsonElement>(StringComparer.Ordinal);
            JsonElement root = JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = 64 }).RootElement;
            if (root.ValueKind != JsonValueKind.Object) return null;
            return root.EnumerateObject().All(member => members.TryAdd(member.Name, member.Value)) ? members : null;
        }
        catch (Exception notText) when (notText is JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    private static string? ValueOf(JsonElement claim) => claim.ValueKind switch
    {
        JsonValueKind.String => TextOf(claim),
        JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False => claim.GetRawText(),
        _ => "",
    };

    private static string? TextOf(JsonElement text)
    {
        try
        {
            return text.GetString();
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }

    /// <summary>Well within the bounds of length, depth and number of members.</summary>
    private static bool IsPlain(byte[] json) => json.Length < PlainLength && json.Count(b => b is (byte)'[' or (byte)'{') < 8 && json.Count(b => b == ':') < 64
        && !Encoding.UTF8.GetString(json).Split('"').Any(text => text.Length > 200);
}
