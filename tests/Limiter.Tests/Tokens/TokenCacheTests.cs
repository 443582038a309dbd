using System.Runtime.Intrinsics;
using System.Text;
using Appliance.Limiter.Tokens;
using FsCheck;
using FsCheck.Fluent;
using Limiter.Tests.Support;

namespace Limiter.Tests.Tokens;

public sealed class TokenCacheTests
{
    private const long Ever = long.MaxValue;

    /// <summary>Whatever is added, a found verdict is the one that was last added for that token, whole, and still holding.</summary>
    [Fact]
    public void WhatIsFoundIsWhatWasAddedLast() => Check.One(
        Config.QuickThrowOnFailure.WithMaxTest(200),
        Prop.ForAll(ArbMap.Default.ArbFor<int>(), seed =>
        {
            var random = new Random(seed);
            var cache = new TokenCache(16, longestBlock: 1500);
            var model = new Dictionary<ulong, (long Until, byte[]? Claims)>();
            long now = 0;
            for (int step = 0; step < 500; step++)
            {
                now += random.Next(3);
                ulong id = (ulong)random.Next(40);
                TokenDigest digest = Digest(id);
                byte[] claims = new byte[random.Next(1500)];
                random.NextBytes(claims);
                long until = now + random.Next(1, 200);
                switch (random.Next(3))
                {
                    case 0:
                        if (!cache.AddGood(in digest, now, until, claims).SequenceEqual(claims)) return false;
                        model[id] = (until, claims);
                        break;
                    case 1:
                        cache.AddBad(in digest, now, until);
                        model[id] = (until, null);
                        break;
                    default:
                        if (!cache.TryFind(in digest, now, out bool isGood, out ReadOnlySpan<byte> found)) break;
                        (long holds, byte[]? expected) = model[id];
                        if (now >= holds || isGood != (expected is not null) || !found.SequenceEqual(expected ?? [])) return false;
                        break;
                }
            }

            return true;
        }));

    [Fact]
    public void BadTokensPushOutNoGoodOnes()
    {
        var cache = new TokenCache(4, longestBlock: 64);
        for (ulong id = 0; id < 4; id++) cache.AddGood(Digest(id), 0, Ever, "claims"u8);
        for (ulong id = 100; id < 200; id++) cache.AddBad(Digest(id), 0, Ever);
        for (ulong id = 0; id < 4; id++) Assert.True(cache.TryFind(Digest(id), 0, out bool isGood, out _) && isGood);
        Assert.False(cache.TryFind(Digest(199), 0, out _, out _));
    }

    [Fact]
    public void TheOldestGoodTokenGivesWay()
    {
        var cache = new TokenCache(4, longestBlock: 64);
        for (ulong id = 0; id < 5; id++) cache.AddGood(Digest(id), 0, Ever, "claims"u8);
        Assert.False(cache.TryFind(Digest(0), 0, out _, out _));
        for (ulong id = 1; id < 5; id++) Assert.True(cache.TryFind(Digest(id), 0, out _, out _));
    }

    [Fact]
    public void ACacheThatIsThreeQuartersFullLosesHardlyAToken()
    {
        const int Entries = 8192, Known = Entries * 3 / 4;
        var cache = new TokenCache(Entries, longestBlock: 64);
        var hash = new TokenHash();
        var signatures = new Random(1);
        byte[] token = new byte[200];
        var digests = new TokenDigest[Known];
        for (int i = 0; i < Known; i++)
        {
            signatures.NextBytes(token.AsSpan(150));
            digests[i] = hash.Of(token);
        }

        foreach (TokenDigest digest in digests) cache.AddGood(in digest, 0, Ever, "alice"u8);
        int lost = digests.Count(digest => !cache.TryFind(in digest, 0, out _, out _));
        Assert.InRange(lost, 0, Known / 50);
    }

    [Fact]
    public void ClaimsThatWereOverwrittenAreNotFound()
    {
        var cache = new TokenCache(4, longestBlock: 1024);
        cache.AddGood(Digest(0), 0, Ever, "first"u8);
        // The ring has 2048 bytes: the third block of 1000 begins again at its start.
        for (ulong id = 1; id < 4; id++) cache.AddGood(Digest(id), 0, Ever, new byte[1000]);
        Assert.False(cache.TryFind(Digest(0), 0, out _, out _));
        Assert.True(cache.TryFind(Digest(3), 0, out _, out ReadOnlySpan<byte> claims));
        Assert.Equal(1000, claims.Length);
    }

    /// <summary>A verdict out of the cache is the verifier's: removing the cache changes no answer, and a changed token is another one.</summary>
    [Fact]
    public void ManyTokensKeepTheirOwnClaims()
    {
        using TokenLane lane = TokenLane.Of(TokenIssuer.Keys(TokenIssuer.KeyFor("HS256")), "sub", "plan");
        (string Token, string Sub)[] tokens =
            [.. Enumerable.Range(0, 300).Select(i => (TokenIssuer.Token("HS256", $$"""{"sub":"{{new string('x', i)}}","plan":{{i}}}"""), new string('x', i)))];
        for (int round = 0; round < 3; round++)
        {
            for (int i = 0; i < tokens.Length; i++)
            {
                Assert.Equal(tokens[i].Sub, lane.Claim(tokens[i].Token, "sub"));
                Assert.Equal($"{i}", lane.Claim(tokens[i].Token, "plan"));
            }
        }
    }

    [Fact]
    public void ReadingATokenAgainAllocatesNothing()
    {
        using var reader = new TokenReader(
            new JwtSettings { Keys = TokenIssuer.Keys(TokenIssuer.KeyFor("HS256"), TokenIssuer.KeyFor("RS256")) }, new ClaimNames(["sub", "exp"]), new TokenHash(), new VerificationBudget());
        byte[][] headers =
        [
            .. new[] { "HS256", "RS256" }.Select(name => Encoding.ASCII.GetBytes("Bearer " + TokenIssuer.Token(name, """{"sub":"alice","exp":1900000000}"""))),
            "Bearer a.b.c"u8.ToArray(), [], "Basic eA=="u8.ToArray(),
        ];
        int bytes = 0;
        void Round()
        {
            foreach (byte[] header in headers)
            {
                TokenClaims claims = reader.Read(header, default, TokenIssuer.NowMs);
                bytes += claims.ValueOf(0).Length + claims.ValueOf(1).Length;
            }
        }

        for (int i = 0; i < 100; i++) Round();
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 1000; i++) Round();
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 200);
        Assert.True(bytes > 0);
    }

    /// <summary>All in the first set of a cache with four entries.</summary>
    private static TokenDigest Digest(ulong id) => new(Vector256.Create(id << 32, id, 0, 0));
}
