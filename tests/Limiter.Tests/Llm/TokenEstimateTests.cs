using System.Text;
using Appliance.Limiter.Llm;

namespace Limiter.Tests.Llm;

public sealed class TokenEstimateTests
{
    [Theory]
    [InlineData(0, 0)]
    [InlineData(1, 1)]
    [InlineData(4, 1)]
    [InlineData(5, 2)]
    [InlineData(4000, 1000)]
    public void FourBytesAreAToken(long bytes, long tokens) => Assert.Equal(tokens, TokenEstimate.FromBytes(bytes));

    [Theory]
    [InlineData("0", 0)]
    [InlineData("12", 12)]
    [InlineData(" 12\t", 12)]
    [InlineData("12.01", 13)]
    [InlineData("1e3", 1000)]
    [InlineData("-0", 0)]
    [InlineData(".5", 1)]
    [InlineData("1e400", TokenEstimate.Max)]
    [InlineData("999999999999999999999999", TokenEstimate.Max)]
    [InlineData("", -1)]
    [InlineData("-1", -1)]
    [InlineData("-0.5", -1)]
    [InlineData("NaN", -1)]
    [InlineData("Infinity", -1)]
    [InlineData("-Infinity", -1)]
    [InlineData("+5", -1)]
    [InlineData("0x10", -1)]
    [InlineData("1,000", -1)]
    [InlineData("12 tokens", -1)]
    [InlineData("\u0661", -1)]
    public void AHintIsANumberThatIsNotNegative(string header, long expected)
    {
        bool holds = TokenEstimate.TryReadHint(Encoding.UTF8.GetBytes(header), trusted: true, out long tokens);
        Assert.Equal(expected, holds ? tokens : -1);
        Assert.True(holds || tokens == 0);
    }

    [Fact]
    public void AHintFromStrangersIsNotLookedAt()
    {
        Assert.False(TokenEstimate.TryReadHint("5"u8, trusted: false, out long tokens));
        Assert.Equal(0, tokens);
    }
}
