using System.Security.Cryptography;
using System.Text;
using Appliance.Limiter.Tokens;

namespace Limiter.Tests.Tokens;

public sealed class TokenHashTests
{
    [Fact]
    public void EveryByteAndTheLengthCount()
    {
        var hash = new TokenHash();
        for (int length = 0; length < 200; length += 7)
        {
            byte[] token = RandomNumberGenerator.GetBytes(length);
            TokenDigest digest = hash.Of(token);
            Assert.Equal(digest, hash.Of([.. token]));
            Assert.NotEqual(digest, hash.Of([.. token, 0]));
            for (int i = 0; i < length; i++)
            {
                token[i] ^= 1;
                Assert.NotEqual(digest, hash.Of(token));
                token[i] ^= 1;
            }
        }
    }

    [Fact]
    public void TheLongestTokenIsReadToItsEnd()
    {
        var hash = new TokenHash();
        foreach (int length in (int[])[TokenVerifier.MaxTokenBytes, TokenVerifier.MaxTokenBytes - 1, TokenVerifier.MaxTokenBytes - 31])
        {
            byte[] token = new byte[length];
            TokenDigest digest = hash.Of(token);
            token[^1] = 1;
            Assert.NotEqual(digest, hash.Of(token));
        }
    }

    /// <summary>All four sums differ: one alone would be too weak.</summary>
    [Fact]
    public void SumsAreIndependent()
    {
        TokenDigest digest = new TokenHash().Of(Encoding.ASCII.GetBytes("a.b.c"));
        Assert.Equal(4, Enumerable.Range(0, 4).Select(i => digest.Sums[i]).Distinct().Count());
        Assert.NotEqual(digest, new TokenHash().Of(Encoding.ASCII.GetBytes("a.b.c")));
    }

    [Fact]
    public void TokensSpreadOverTheSets()
    {
        var hash = new TokenHash();
        int[] counts = new int[64];
        for (int i = 0; i < 6400; i++) counts[hash.Of(Encoding.ASCII.GetBytes($"eyJhbGciOiJIUzI1NiJ9.{i}.sig")).Spread & 63]++;
        Assert.InRange(counts.Min(), 40, 100);
        Assert.InRange(counts.Max(), 100, 180);
    }
}
