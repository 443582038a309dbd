using System.Text;
using Appliance.Limiter;
using Appliance.Limiter.Tokens;
using FsCheck;
using FsCheck.Fluent;
using Limiter.Tests.Support;

namespace Limiter.Tests.Tokens;

/// <summary>What forged tokens may cost, who pays for them, and that nobody else does.</summary>
public sealed class VerificationBudgetTests
{
    private const int CheckUs = 1000;

    [Theory]
    [InlineData(1, VerificationBudget.SourceBurstUs, VerificationBudget.SourceShare)]
    [InlineData(5000, VerificationBudget.LaneBurstUs, VerificationBudget.LaneShare)]
    public void InAnyTimeFailedChecksTakeNoMoreThanBurstAndShare(int clients, int burstUs, int share) => Check.One(
        Config.QuickThrowOnFailure,
        Prop.ForAll(Gen.Choose(0, int.MaxValue - 1).ToArbitrary(), seed =>
        {
            var random = new Random(seed);
            var budget = new VerificationBudget();
            long startMs = TokenIssuer.NowMs, nowMs = startMs, spentUs = 0;
            for (int i = 0; i < 2000; i++)
            {
                if (random.Next(40) == 0) nowMs += random.Next(40);
                ClientAddress client = ClientAddress.FromIPv4((uint)random.Next(clients));
                if (!budget.Allows(client, nowMs)) continue;
                int costUs = 1 + random.Next(CheckUs);
                budget.CountBad(client, costUs, nowMs);
                spentUs += costUs;
                // The check that overdraws the bucket is the last.
                if (spentUs > burstUs + (nowMs - startMs) * 1000 / share + CheckUs) return false;
            }

            return spentUs > burstUs;
        }));

    [Fact]
    public void WhoForgesIsNotCheckedForAWhileAndOthersAre()
    {
        var budget = new VerificationBudget();
        ClientAddress forger = ClientAddress.FromIPv4(1);
        Overdraw(budget, forger);
        Assert.False(budget.Allows(forger, TokenIssuer.NowMs));
        int others = Enumerable.Range(2, 1000).Count(i => budget.Allows(ClientAddress.FromIPv4((uint)i), TokenIssuer.NowMs));
        Assert.InRange(others, 950, 1000);
        Assert.True(budget.Allows(forger, TokenIssuer.NowMs + CheckUs * VerificationBudget.SourceShare / 1000));
    }

    [Fact]
    public void AnIPv6NetworkIsOneSource()
    {
        var budget = new VerificationBudget();
        ClientAddress In(ulong network, ulong host) => new(new UInt128(network, host));
        for (ulong host = 0; budget.Allows(In(1, host), TokenIssuer.NowMs); host++) budget.CountBad(In(1, host), CheckUs, TokenIssuer.NowMs);
        Assert.False(budget.Allows(In(1, 1_000_000), TokenIssuer.NowMs));
        Assert.Contains(Enumerable.Range(2, 20), network => budget.Allows(In((ulong)network, 0), TokenIssuer.NowMs));
    }

    [Fact]
    public void AClockThatIsSetBackLeavesNobodyOverdrawnForLong()
    {
        var budget = new VerificationBudget();
        ClientAddress forger = ClientAddress.FromIPv4(1);
        Overdraw(budget, forger);
        Assert.True(budget.Allows(forger, TokenIssuer.NowMs - 3_600_000));
    }

    [Fact]
    public void ForgedTokensAreSkippedBeyondTheBudgetAndGoodOnesOfOthersAreNot()
    {
        var budget = new VerificationBudget();
        using TokenReader reader = Reader(budget, "ES384");
        ClientAddress forger = ClientAddress.FromIPv4(1);
        for (int i = 0; i < 200; i++) Assert.Equal(TokenStatus.Invalid, reader.Read(Forged("ES384", i), forger, TokenIssuer.NowMs).Status);
        TokenVerificationCount count = VerificationBudget.Sum([budget]);
        Assert.Equal((0, VerificationBudget.SourceBurstUs / SignatureVerifier.MaxCostUs), (count.Good, count.Bad));
        Assert.Equal(200 - count.Bad, count.Skipped);

        // By the hash another client may share the forger's bucket: of some, most do not.
        byte[] good = Good("ES384");
        Assert.Contains(Enumerable.Range(2, 20), i => reader.Read(good, ClientAddress.FromIPv4((uint)i), TokenIssuer.NowMs).Status == TokenStatus.Good);
    }

    [Fact]
    public void ASkippedTokenIsCheckedWhenThereIsTimeAgain()
    {
        var budget = new VerificationBudget();
        using TokenReader reader = Reader(budget, "HS256");
        ClientAddress client = ClientAddress.FromIPv4(1);
        Overdraw(budget, client);
        byte[] good = Good("HS256");
        Assert.Equal(TokenStatus.Invalid, reader.Read(good, client, TokenIssuer.NowMs).Status);
        Assert.Equal(TokenStatus.Good, reader.Read(good, client, TokenIssuer.NowMs + 60_000).Status);
        // Known by now, it is good whatever its sender forges beside it.
        Overdraw(budget, client, TokenIssuer.NowMs + 60_000);
        Assert.Equal(TokenStatus.Good, reader.Read(good, client, TokenIssuer.NowMs + 60_000).Status);
    }

    [Fact]
    public void WhatIsCheapToRefuseIsRefusedWithoutTheBudgetAndNotCharged()
    {
        var budget = new VerificationBudget();
        using TokenReader reader = Reader(budget, "HS256");
        ClientAddress client = ClientAddress.FromIPv4(1);
        for (int i = 0; i < 10_000; i++) reader.Read(Encoding.ASCII.GetBytes($"Bearer a{i}.b.c"), client, TokenIssuer.NowMs);
        string expired = TokenIssuer.Token("HS256", """{"sub":"alice","exp":1}""");
        for (int i = 0; i < 1000; i++) reader.Read(Encoding.ASCII.GetBytes($"Bearer {expired}{i}"), client, TokenIssuer.NowMs);
        Assert.True(budget.Allows(client, TokenIssuer.NowMs));
        Assert.Equal(new TokenVerificationCount(0, 11_000, 0), VerificationBudget.Sum([budget]));
    }

    [Fact]
    public void ABadTokenIsCheckedOnceForARequestThoughTheCacheHasNoRoomForIt()
    {
        var budget = new VerificationBudget();
        using var reader = new TokenReader(
            new JwtSettings { Keys = TokenIssuer.Keys(TokenIssuer.KeyFor("HS256")) }, new ClaimNames(["sub"]), new TokenHash(), budget, cacheEntries: 4);
        for (int i = 0; i < 4; i++) reader.Read(Good("HS256", i), default, TokenIssuer.NowMs);
        byte[] forged = Forged("HS256", 1);
        for (int i = 0; i < 5; i++) Assert.Equal(TokenStatus.Invalid, reader.Read(forged, default, TokenIssuer.NowMs).Status);
        Assert.Equal(new TokenVerificationCount(4, 1, 0), VerificationBudget.Sum([budget]));
    }

    [Fact]
    public void TheEngineCountsAndABundleThatComesLaterForgivesNothing()
    {
        const string Claims = """{"bundle_version": 1, "policies": [{"id": "p", "spec": {"selector": {"pathPrefix": "/"}, "rules": [{"name": "r", "limit_keys": ["jwt:sub"], "algorithm": "token_bucket", "algorithm_config": {"tokens_per_second": 1, "burst": 1}}]}}]}""";
        using var under = new EngineUnderTest(Claims);
        under.Engine.Use(new EngineSettings { Sources = new() { Jwt = new JwtSettings { Keys = TokenIssuer.Keys(TokenIssuer.KeyFor("ES384")) } } });
        void Send(int id)
        {
            FakeRequest request = new FakeRequest().With("authorization", Encoding.ASCII.GetString(Forged("ES384", id)));
            under.Engine.Enter(0).Describer!.Claim(in request, "sub"u8, TokenIssuer.NowMs);
        }

        for (int i = 0; i < 30; i++) Send(i);
        under.Engine.Apply(Bundle.Compile(Claims));
        for (int i = 30; i < 60; i++) Send(i);
        Assert.Equal(new TokenVerificationCount(0, 20, 40), under.Engine.GetStatistics().TokenVerifications);
    }

    private static void Overdraw(VerificationBudget budget, ClientAddress client, long nowMs = TokenIssuer.NowMs)
    {
        while (budget.Allows(client, nowMs)) budget.CountBad(client, CheckUs, nowMs);
    }

    private static TokenReader Reader(VerificationBudget budget, string algorithm) =>
        new(new JwtSettings { Keys = TokenIssuer.Keys(TokenIssuer.KeyFor(algorithm)) }, new ClaimNames(["sub"]), new TokenHash(), budget);

    private static byte[] Good(string algorithm, int id = 0) => Encoding.ASCII.GetBytes("Bearer " + TokenIssuer.Token(algorithm, $$"""{"sub":"u{{id}}"}"""));

    /// <summary>A sound form, and a signature that was made for something else.</summary>
    private static byte[] Forged(string algorithm, int id)
    {
        string[] parts = TokenIssuer.Token(algorithm, """{"sub":"alice"}""").Split('.');
        return Encoding.ASCII.GetBytes($"Bearer {parts[0]}.{TokenIssuer.Encode(Encoding.ASCII.GetBytes($$"""{"sub":"forged{{id}}"}"""))}.{parts[2]}");
    }
}
