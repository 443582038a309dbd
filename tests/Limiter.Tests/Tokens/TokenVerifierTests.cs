using System.Security.Cryptography;
using System.Text;
using Appliance.Limiter.Tokens;
using FsCheck;
using FsCheck.Fluent;
using Limiter.Tests.Support;

namespace Limiter.Tests.Tokens;

public sealed class TokenVerifierTests
{
    private const string Sentinel = "__invalid__";
    private const string Payload = """{"sub":"alice"}""";

    public static TheoryData<string> Algorithms => new(TokenIssuer.Algorithms);

    [Theory]
    [MemberData(nameof(Algorithms))]
    public void ATokenOfEveryAlgorithmVerifiesAndAnotherKeysDoesNot(string algorithm)
    {
        using TokenLane lane = TokenLane.Of(TokenIssuer.Keys([.. TokenIssuer.Algorithms.Select(name => TokenIssuer.KeyFor(name))]), "sub");
        string token = TokenIssuer.Token(algorithm, Payload);
        Assert.Equal("alice", lane.Claim(token, "sub"));
        Assert.Equal("alice", lane.Claim(token, "sub"));

        using TokenLane others = TokenLane.Of(TokenIssuer.Keys([.. TokenIssuer.Algorithms.Where(name => name != algorithm).Select(name => TokenIssuer.KeyFor(name))]), "sub");
        Assert.Equal(Sentinel, others.Claim(token, "sub"));
    }

    [Fact]
    public void ATokenVerifiesAndWithAnyByteChangedItDoesNot() => Check.One(
        Config.QuickThrowOnFailure.WithMaxTest(300),
        Prop.ForAll(ArbMap.Default.ArbFor<int>(), seed =>
        {
            var random = new Random(seed);
            string algorithm = TokenIssuer.Algorithms[random.Next(TokenIssuer.Algorithms.Length)];
            using TokenLane lane = TokenLane.Of(TokenIssuer.Keys(TokenIssuer.KeyFor(algorithm)), "sub");
            byte[] header = Encoding.ASCII.GetBytes("Bearer " + TokenIssuer.Token(algorithm, $$"""{"sub":"u{{seed}}","n":{{random.Next()}}}"""));
            if (lane.ClaimOf(header, "sub") != $"u{seed}") return false;
            int at = random.Next("Bearer ".Length, header.Length);
            byte was = header[at];
            header[at] = (byte)(was ^ (1 << random.Next(8)));
            return lane.ClaimOf(header, "sub") is Sentinel or "" && (header[at] == ' ' || lane.ClaimOf(header, "sub") == Sentinel);
        }));

    /// <summary>A public key is public: if it counted as a secret, anybody could sign (RFC 8725 section 2.1).</summary>
    [Fact]
    public void APublicKeyIsNeverASecret()
    {
        using TokenLane lane = TokenLane.Of(TokenIssuer.Keys(TokenIssuer.KeyFor("RS256"), TokenIssuer.KeyFor("ES256")), "sub");
        foreach (byte[] known in (byte[][])[
            Encoding.ASCII.GetBytes(TokenIssuer.Rsa.ExportSubjectPublicKeyInfoPem()), TokenIssuer.Rsa.ExportSubjectPublicKeyInfo(),
            TokenIssuer.P256.ExportSubjectPublicKeyInfo(), []])
        {
            string signed = $"{TokenIssuer.Encode("""{"alg":"HS256"}"""u8)}.{TokenIssuer.Encode("""{"sub":"root"}"""u8)}";
            string token = $"{signed}.{TokenIssuer.Encode(HMACSHA256.HashData(known, Encoding.ASCII.GetBytes(signed)))}";
            Assert.Equal(Sentinel, lane.Claim(token, "sub"));
        }
    }

    [Theory]
    [InlineData("""{"alg":"none"}""")]
    [InlineData("""{"alg":"None"}""")]
    [InlineData("""{"alg":"hs256"}""")]
    [InlineData("""{"alg":"HS256 "}""")]
    [InlineData("""{"alg":""}""")]
    [InlineData("""{"alg":null}""")]
    [InlineData("""{"alg":["HS256"]}""")]
    [InlineData("""{"alg":"ES512"}""")]
    [InlineData("""{"typ":"JWT"}""")]
    [InlineData("""{"alg":"HS256","alg":"HS256"}""")]
    [InlineData("""{"alg":"none","\u0061lg":"HS256"}""")]
    [InlineData("""{"alg":"HS256","crit":["exp"]}""")]
    [InlineData("""{"alg":"HS256","\u0063rit":[]}""")]
    [InlineData("""{"alg":"HS256","kid":7}""")]
    [InlineData("""{"alg":"HS256","kid":"\ud800"}""")]
    [InlineData("""{"alg":"HS256","x":tru}""")]
    [InlineData("""{"alg":"HS256"} x""")]
    [InlineData("""{"alg":"HS256",}""")]
    [InlineData("""["HS256"]""")]
    [InlineData("\"HS256\"")]
    [InlineData("")]
    public void AHeaderThatDoesNotPlainlyNameOurAlgorithmIsRefused(string header)
    {
        using TokenLane lane = TokenLane.Of(TokenIssuer.Keys(TokenIssuer.KeyFor("HS256")), "sub");
        Assert.Equal("alice", lane.Claim(TokenIssuer.Token("HS256", """{"alg":"HS256","jku":"http://x/","typ":"at+jwt"}""", Payload), "sub"));
        Assert.Equal(Sentinel, lane.Claim(TokenIssuer.Token("HS256", header, Payload), "sub"));
    }

    [Theory]
    [InlineData("""{"sub":"alice","sub":"alice"}""")]
    [InlineData("""{"sub":"alice","s\u0075b":"bob"}""")]
    [InlineData("""{"sub":"alice","other":1,"other":2}""")]
    [InlineData("""{"sub":"\ud800"}""")]
    [InlineData("""{"sub":"alice}""")]
    [InlineData("""{"sub":"alice","x":[1,{"a":}]}""")]
    [InlineData("""{"sub":"alice","exp":"1900000000"}""")]
    [InlineData("""{"sub":"alice","exp":null}""")]
    [InlineData("""{"sub":"alice","nbf":true}""")]
    [InlineData("""{"sub":"alice","exp":0x7fffffff}""")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("")]
    [InlineData("\uFEFF{\"sub\":\"alice\"}")]
    public void APayloadThatIsNotOneClearObjectIsRefused(string payload)
    {
        using TokenLane lane = TokenLane.Of(TokenIssuer.Keys(TokenIssuer.KeyFor("HS256")), "sub");
        Assert.Equal(Sentinel, lane.Claim(TokenIssuer.Token("HS256", payload), "sub"));
    }

    [Fact]
    public void DepthMembersAndLengthAreBounded()
    {
        using TokenLane lane = TokenLane.Of(TokenIssuer.Keys(TokenIssuer.KeyFor("HS256")), "sub");
        string Deep(int depth) => $$"""{"sub":"alice","x":{{new string('[', depth)}}{{new string(']', depth)}}}""";
        string Wide(int members) => "{\"sub\":\"alice\"" + string.Concat(Enumerable.Range(1, members - 1).Select(i => $",\"m{i}\":{i}")) + "}";
        string Long(int length) => $$"""{"sub":"alice","x":"{{new string('x', length)}}"}""";
        Assert.Equal("alice", lane.Claim(TokenIssuer.Token("HS256", Deep(15)), "sub"));
        Assert.Equal(Sentinel, lane.Claim(TokenIssuer.Token("HS256", Deep(16)), "sub"));
        Assert.Equal(Sentinel, lane.Claim(TokenIssuer.Token("HS256", Deep(4000)), "sub"));
        Assert.Equal("alice", lane.Claim(TokenIssuer.Token("HS256", Wide(128)), "sub"));
        Assert.Equal(Sentinel, lane.Claim(TokenIssuer.Token("HS256", Wide(129)), "sub"));
        Assert.Equal("alice", lane.Claim(TokenIssuer.Token("HS256", Long(12_000)), "sub"));
        Assert.Equal(Sentinel, lane.Claim(TokenIssuer.Token("HS256", Long(1024 * 1024)), "sub"));
    }

    [Theory]
    [InlineData("a")]
    [InlineData("a.b")]
    [InlineData("..")]
    [InlineData("a.b.c.d")]
    [InlineData("a.b.c.d.e")]
    [InlineData("1.2.3.4.5.6.7.8.9.10")]
    [InlineData("....")]
    [InlineData("")]
    [InlineData("Bearer")]
    public void WhatHasNotThreePartsIsRefused(string token)
    {
        using TokenLane signed = TokenLane.Of(TokenIssuer.Keys(TokenIssuer.KeyFor("HS256")), "sub");
        using TokenLane unverified = TokenLane.Unverified("sub");
        Assert.Equal(Sentinel, signed.Claim(token, "sub"));
        Assert.Equal(Sentinel, unverified.Claim(token, "sub"));
    }

    /// <summary>The spelling of a token is unique, so that a cache or a log cannot be fooled by another one of the same signature.</summary>
    [Fact]
    public void EachPartHasOneSpelling()
    {
        using TokenLane lane = TokenLane.Of(TokenIssuer.Keys(TokenIssuer.KeyFor("HS256")), "sub");
        string token = TokenIssuer.Token("HS256", Payload);
        Assert.Equal("alice", lane.Claim(token, "sub"));
        // 32 bytes leave two spare bits in the last of 43 characters.
        string alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
        char next = alphabet[alphabet.IndexOf(token[^1], StringComparison.Ordinal) + 1];
        foreach (string other in (string[])[token + "=", token + "\n", token[..^1] + next, token.Insert(5, "\n"), token.Replace('.', ':'), token + "é"])
            Assert.Equal(Sentinel, lane.Claim(other, "sub"));
    }

    [Fact]
    public void BytesThatAreNotUtf8AreRefused()
    {
        using TokenLane lane = TokenLane.Unverified("sub");
        string payload = TokenIssuer.Encode([.. "{\"sub\":\""u8, 0xc3, 0x28, .. "\"}"u8]);
        Assert.Equal(Sentinel, lane.Claim($"x.{payload}.y", "sub"));
    }

    [Fact]
    public void KeysAreChosenByTheirIds()
    {
        JwtKeySource strange = new("other", Encoding.ASCII.GetBytes(new string('k', 64)), "HS256", "b");
        using TokenLane lane = TokenLane.Of(TokenIssuer.Keys(TokenIssuer.KeyFor("HS256", "a"), strange), "sub");
        string Named(string kid) => TokenIssuer.Token("HS256", $$"""{"alg":"HS256","kid":"{{kid}}"}""", Payload);
        Assert.Equal("alice", lane.Claim(Named("a"), "sub"));
        Assert.Equal("alice", lane.Claim(Named("\\u0061"), "sub"));
        Assert.Equal("alice", lane.Claim(TokenIssuer.Token("HS256", Payload), "sub"));
        Assert.Equal(Sentinel, lane.Claim(Named("b"), "sub"));
        Assert.Equal(Sentinel, lane.Claim(Named("A"), "sub"));
        Assert.Equal(Sentinel, lane.Claim(Named(new string('a', 300)), "sub"));

        using TokenLane nameless = TokenLane.Of(TokenIssuer.Keys(TokenIssuer.KeyFor("HS256")), "sub");
        Assert.Equal("alice", nameless.Claim(Named("anything"), "sub"));
    }

    [Fact]
    public void ATokenWithoutAKeyIdTriesABoundedNumberOfKeys()
    {
        JwtKeySource[] strangers = [.. Enumerable.Range(0, TokenVerifier.MaxAttempts).Select(
            i => new JwtKeySource($"k{i}", Encoding.ASCII.GetBytes(new string((char)('a' + i), 64)), "HS256", $"k{i}"))];
        string token = TokenIssuer.Token("HS256", Payload);
        using TokenLane within = TokenLane.Of(TokenIssuer.Keys([.. strangers[1..], TokenIssuer.KeyFor("HS256", "ours")]), "sub");
        using TokenLane behind = TokenLane.Of(TokenIssuer.Keys([.. strangers, TokenIssuer.KeyFor("HS256", "ours")]), "sub");
        Assert.Equal("alice", within.Claim(token, "sub"));
        Assert.Equal(Sentinel, behind.Claim(token, "sub"));
        Assert.Equal("alice", behind.Claim(TokenIssuer.Token("HS256", """{"alg":"HS256","kid":"ours"}""", Payload), "sub"));
    }

    [Fact]
    public void ArbitraryBytesAreNeverAnException() => Check.One(
        Config.QuickThrowOnFailure.WithMaxTest(20_000),
        Prop.ForAll(ArbMap.Default.ArbFor<int>(), seed =>
        {
            var random = new Random(seed);
            byte[] header = Mutated(random);
            return FuzzLanes.All(lane => lane.ClaimOf(header, "sub") is { } value && (value != "root"));
        }));

    private static readonly TokenLane[] FuzzLanes =
    [
        TokenLane.Unverified("sub", "exp"), TokenLane.Of(TokenIssuer.Keys(TokenIssuer.KeyFor("HS256"), TokenIssuer.KeyFor("RS256"), TokenIssuer.KeyFor("ES384")), "sub", "exp"),
    ];

    /// <summary>Noise, or a token with parts that are JSON gone wrong.</summary>
    private static byte[] Mutated(Random random)
    {
        if (random.Next(4) == 0)
        {
            byte[] noise = new byte[random.Next(200)];
            random.NextBytes(noise);
            return random.Next(2) == 0 ? noise : [.. "Bearer "u8, .. noise];
        }

        string alphabet = "{}[]\",:.\\utrue0123eE-+ \n\uFFFD";
        byte[] Part(string good)
        {
            byte[] bytes = Encoding.UTF8.GetBytes(good);
            for (int i = random.Next(4); i > 0; i--)
            {
                int at = random.Next(bytes.Length);
                bytes[at] = random.Next(3) == 0 ? (byte)random.Next(256) : (byte)alphabet[random.Next(alphabet.Length)];
            }

            return bytes[..random.Next(bytes.Length / 2, bytes.Length + 1)];
        }

        string header = TokenIssuer.Encode(Part("""{"alg":"ES384","kid":"\u0061\ud83d\ude00","typ":"JWT"}"""));
        string payload = TokenIssuer.Encode(Part("""{"sub":"a\u00e9\n","exp":1.9e9,"nbf":-1,"aud":["a",{"b":[null,true]}]}"""));
        return Encoding.UTF8.GetBytes($"Bearer {header}.{payload}.{TokenIssuer.Encode(Part(new string('s', 96)))}");
    }
}
