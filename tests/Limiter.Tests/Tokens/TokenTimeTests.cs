using Appliance.Limiter.Tokens;
using Limiter.Tests.Support;

namespace Limiter.Tests.Tokens;

/// <summary>Every verdict is asked twice: the second answer comes from the cache, and must change when its time comes.</summary>
public sealed class TokenTimeTests
{
    private const long Second = 1000;
    private const long NowMs = TokenIssuer.NowMs;
    private const long Now = NowMs / Second;

    [Fact]
    public void ATokenExpiresWithTheLeeway()
    {
        using TokenLane lane = Lane(leeway: 5);
        string token = Token($$"""{"sub":"alice","exp":{{Now + 10}}}""");
        AssertTurns(lane, token, NowMs + 15 * Second, becomesGood: false);
    }

    [Fact]
    public void ATokenBecomesValidWithTheLeeway()
    {
        using TokenLane lane = Lane(leeway: 5);
        string token = Token($$"""{"sub":"alice","nbf":{{Now + 10}},"exp":{{Now + 100}}}""");
        AssertTurns(lane, token, NowMs + 5 * Second, becomesGood: true);
        AssertTurns(lane, token, NowMs + 105 * Second, becomesGood: false);
    }

    [Fact]
    public void TimesMayBeFractions()
    {
        using TokenLane lane = Lane(leeway: 0);
        AssertTurns(lane, Token($$"""{"sub":"alice","exp":{{Now + 1}}.25}"""), NowMs + 1250, becomesGood: false);
    }

    [Theory]
    [InlineData("1e400", true)]
    [InlineData("99999999999999999999999999", true)]
    [InlineData("-1e400", false)]
    [InlineData("0", false)]
    public void TimesBeyondAllDatesAreTakenForWhatTheyAre(string expiry, bool isGood)
    {
        using TokenLane lane = Lane(leeway: 60);
        Assert.Equal(isGood ? TokenStatus.Good : TokenStatus.Invalid, lane.Status(Token($$"""{"sub":"alice","exp":{{expiry}}}""")));
    }

    private static TokenLane Lane(int leeway) => new(
        new JwtSettings { Keys = TokenIssuer.Keys(TokenIssuer.KeyFor("HS256")), Leeway = TimeSpan.FromSeconds(leeway) }, "sub");

    private static string Token(string payload) => TokenIssuer.Token("HS256", payload);

    private static void AssertTurns(TokenLane lane, string token, long atMs, bool becomesGood)
    {
        (TokenStatus before, TokenStatus after) = becomesGood ? (TokenStatus.Invalid, TokenStatus.Good) : (TokenStatus.Good, TokenStatus.Invalid);
        foreach (long nowMs in (long[])[atMs - Second, atMs - Second, atMs - 1, atMs - 1]) Assert.Equal(before, lane.Status(token, nowMs));
        foreach (long nowMs in (long[])[atMs, atMs, atMs + Second]) Assert.Equal(after, lane.Status(token, nowMs));
    }
}
