using Appliance.Limiter.Tokens;
using Limiter.Tests.Support;

namespace Limiter.Tests.Tokens;

public sealed class ClaimTests
{
    [Theory]
    [InlineData("\"alice\"", "alice")]
    [InlineData("\"a\\u00e9\\uD83D\\uDE00\\n\\\"\\/\"", "aé😀\n\"/")]
    [InlineData("\"\"", "")]
    [InlineData("17", "17")]
    [InlineData("-1.50e+03", "-1.50e+03")]
    [InlineData("123456789012345678901234567890", "123456789012345678901234567890")]
    [InlineData("true", "true")]
    [InlineData("false", "false")]
    [InlineData("null", "")]
    [InlineData("[\"a\"]", "")]
    [InlineData("{\"b\":1}", "")]
    public void AClaimIsItsTextItsNumberAsWrittenOrNothing(string json, string value)
    {
        using TokenLane lane = TokenLane.Unverified("before", "x", "absent", "after");
        string token = Unsigned($$""" { "after" : "z" , "y":0, "x" :{{json}} ,"before":"a"} """);
        Assert.Equal(value, lane.Claim(token, "x"));
        Assert.Equal(("a", "z", ""), (lane.Claim(token, "before"), lane.Claim(token, "after"), lane.Claim(token, "absent")));
    }

    [Fact]
    public void NestedClaimsAreNotReachedByDots()
    {
        using TokenLane lane = TokenLane.Unverified("org.id", "id");
        Assert.Equal("", lane.Claim(Unsigned("""{"org":{"id":"7"}}"""), "org.id"));
        Assert.Equal("", lane.Claim(Unsigned("""{"org":{"id":"7"}}"""), "id"));
    }

    [Fact]
    public void WithoutKeysNothingButTheFormOfTheClaimsIsLookedAt()
    {
        using var lane = new TokenLane(new JwtSettings { Issuer = "us", Audience = "us" }, "sub");
        Assert.Equal("alice", lane.Claim(Unsigned("""{"sub":"alice","exp":1,"iss":"them"}"""), "sub"));
        Assert.Equal("alice", lane.Claim($"not base64 at all!.{TokenIssuer.Encode("""{"sub":"alice"}"""u8)}.", "sub"));
        Assert.Equal("__invalid__", lane.Claim($"x.{TokenIssuer.Encode("{\"sub\":\"alice\""u8)}.y", "sub"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("Basic YWxhZGRpbjpvcGVuc2VzYW1l")]
    [InlineData("Bear")]
    [InlineData("Bearerx.y.z")]
    [InlineData("Token a.b.c")]
    public void NoBearerTokenIsTheEmptyValue(string authorization)
    {
        using TokenLane lane = TokenLane.Of(TokenIssuer.Keys(TokenIssuer.KeyFor("HS256")), "sub");
        Assert.Equal("", lane.ClaimOf(authorization, "sub"));
    }

    [Theory]
    [InlineData("Bearer ")]
    [InlineData("bearer ")]
    [InlineData("BEARER   ")]
    public void TheSchemeHasAnyCase(string scheme)
    {
        using TokenLane lane = TokenLane.Of(TokenIssuer.Keys(TokenIssuer.KeyFor("HS256")), "sub");
        Assert.Equal("alice", lane.ClaimOf(scheme + TokenIssuer.Token("HS256", """{"sub":"alice"}"""), "sub"));
        Assert.Equal("__invalid__", lane.ClaimOf(scheme, "sub"));
        Assert.Equal("__invalid__", lane.ClaimOf(scheme.TrimEnd(), "sub"));
    }

    [Theory]
    [InlineData("\"us\"", true)]
    [InlineData("[\"them\",\"us\"]", true)]
    [InlineData("\"\\u0075s\"", true)]
    [InlineData("\"them\"", false)]
    [InlineData("\"US\"", false)]
    [InlineData("[\"them\"]", false)]
    [InlineData("[[\"us\"]]", false)]
    [InlineData("{\"us\":\"us\"}", false)]
    [InlineData("null", false)]
    public void TheAudienceIsOneOfThoseNamed(string audience, bool isGood)
    {
        using var lane = new TokenLane(new JwtSettings { Keys = TokenIssuer.Keys(TokenIssuer.KeyFor("HS256")), Audience = "us" }, "sub");
        Assert.Equal(isGood ? "alice" : "__invalid__", lane.Claim(TokenIssuer.Token("HS256", $$"""{"sub":"alice","aud":{{audience}}}"""), "sub"));
    }

    [Theory]
    [InlineData("\"https://issuer\"", true)]
    [InlineData("\"https://issuer/\"", false)]
    [InlineData("[\"https://issuer\"]", false)]
    [InlineData("1", false)]
    public void TheIssuerIsTheOneNamed(string issuer, bool isGood)
    {
        using var lane = new TokenLane(new JwtSettings { Keys = TokenIssuer.Keys(TokenIssuer.KeyFor("HS256")), Issuer = "https://issuer" }, "sub");
        Assert.Equal(isGood ? "alice" : "__invalid__", lane.Claim(TokenIssuer.Token("HS256", $$"""{"sub":"alice","iss":{{issuer}}}"""), "sub"));
        Assert.Equal("__invalid__", lane.Claim(TokenIssuer.Token("HS256", """{"sub":"alice"}"""), "sub"));
    }

    private static string Unsigned(string payload) => TokenIssuer.Token("none", payload);
}
