using Appliance.Fixtures;

namespace Appliance.Tests.Fixtures;

/// <summary>Fixtures on the real engine, with a clock that only they move.</summary>
public sealed class FixturePlayTests
{
    private const string Places = """
        {"bundle_version": 1, "policies": [{"id": "p", "spec": {"selector": {"pathPrefix": "/"}, "rules": [
          {"name": "r", "limit_keys": [], "algorithm": "concurrency", "algorithm_config": {"limit": 2}}]}}]}
        """;

    private const string Tokens = """
        {"bundle_version": 1, "policies": [{"id": "p", "spec": {"selector": {"pathPrefix": "/"}, "rules": [
          {"name": "r", "limit_keys": [], "algorithm": "token_bucket_llm", "algorithm_config": {"tokens_per_minute": 1000}}]}}]}
        """;

    [Fact]
    public void FailedExpectationNamesItsLineWhatWasExpectedAndWhatCame()
    {
        using var folder = new FixtureFolder();
        FixtureResult result = folder.Play("""
            {
              "bundle": "bundle.json",
              "steps": [
                { "path": "/v1/x", "repeat": 3, "expect": { "action": "allow" } },
                { "at": "1s", "path": "/v1/x", "expect": { "reason": "token_bucket_exceeded" } }
              ]
            }
            """);
        var output = new StringWriter();
        var error = new StringWriter();
        FixtureText.Write(result, all: false, output, error);
        Assert.Equal(
            [
                $"{folder.FixtureFile}:4:59: /steps/0/expect/action: at 0s (repetition 3): expected action allow, got reject (token_bucket_exceeded)",
                $"{folder.FixtureFile}:5:58: /steps/1/expect/reason: at 1s: expected reason token_bucket_exceeded, got all_rules_passed",
            ],
            error.ToString().TrimEnd().Split('\n'));
        Assert.Equal($"{folder.FixtureFile}: 4 requests, 2 of 4 expectations failed\n", output.ToString());
    }

    [Fact]
    public void WithoutExpectationsItTellsWhatHappened()
    {
        using var folder = new FixtureFolder();
        var output = new StringWriter();
        FixtureText.Write(folder.PlaySteps("""{"path": "/v1/x", "repeat": 3, "every": "100ms"}, {"path": "/w"}"""), all: false, output, TextWriter.Null);
        Assert.Equal(
            [
                "      0s  GET /v1/x -> allow all_rules_passed p/r, 1 of 2 left",
                "   100ms  GET /v1/x -> allow all_rules_passed p/r, 0 of 2 left",
                "   200ms  GET /v1/x -> reject token_bucket_exceeded p/r, 0 of 2 left, retry after 2 s",
                "   200ms  GET /w -> allow no_matching_policy",
                $"{folder.FixtureFile}: 4 requests, nothing expected",
            ],
            output.ToString().TrimEnd().Split('\n'));
    }

    [Fact]
    public void StepsArePlayedInTheOrderOfTheirTimes()
    {
        using var folder = new FixtureFolder();
        FixtureResult result = folder.PlaySteps("""
            {"at": "10s", "path": "/v1/late"}, {"at": "0s", "path": "/v1/a", "repeat": 2, "every": "20s"}, {"at": "5s", "path": "/v1/b"}
            """);
        Assert.Equal(["/v1/a", "/v1/b", "/v1/late", "/v1/a"], result.Played.Select(played => played.Step.Request!.Target));
    }

    [Fact]
    public void RequestsThatAreHeldKeepTheirPlacesUntilTheyAreReleased()
    {
        using var folder = new FixtureFolder(Places);
        FixtureResult result = folder.PlaySteps("""
            {"repeat": 3, "hold": "slow", "expect": {"allowed": 2, "rejected": 1}},
            {"at": "1s", "expect": {"reason": "concurrency_exceeded"}},
            {"at": "2s", "release": "slow"},
            {"at": "2s", "repeat": 5, "expect": {"action": "allow"}}
            """);
        Assert.Empty(result.Mistakes);
        Assert.Empty(result.Failures);
        Assert.Equal(8, result.Expectations);
    }

    [Fact]
    public void UsageSettlesWhatALanguageModelRequestReserved()
    {
        using var folder = new FixtureFolder(Tokens);
        FixtureResult result = folder.PlaySteps("""
            {"tokens": {"prompt": 100, "completion": 500}, "usage": 150, "expect": {"remaining": 400}},
            {"tokens": {"prompt": 100, "completion": 500}, "hold": "long", "expect": {"remaining": 250}},
            {"release": "long", "usage": 650},
            {"tokens": {"prompt": 100, "completion": 0}, "expect": {"reason": "tpm_exceeded", "remaining": 0}},
            {"body": {"max_tokens": 50, "messages": [{"content": "12345678"}]}, "expect": {"action": "allow", "remaining": 148}}
            """);
        Assert.Empty(result.Mistakes);
        Assert.Empty(result.Failures);
    }

    [Fact]
    public void OnlyATrustedRequestIsBelievedItsCost()
    {
        using var folder = new FixtureFolder("""
            {"bundle_version": 1, "policies": [{"id": "p", "spec": {"selector": {"pathPrefix": "/"}, "rules": [
              {"name": "r", "limit_keys": ["query:k"], "algorithm": "token_bucket",
               "algorithm_config": {"tokens_per_second": 1, "burst": 100, "cost_source": "header:X_Cost"}}]}}]}
            """);
        FixtureResult result = folder.PlaySteps("""
            {"path": "/?k=a", "headers": {"x-cost": "40"}, "expect": {"remaining": 99}},
            {"query": {"k": "a"}, "trusted": true, "headers": {"X-Cost": "40"}, "expect": {"remaining": 59}},
            {"query": "k=b", "expect": {"remaining": 99}},
            {"path": "/", "expect": {"policy": null, "remaining": null}}
            """);
        Assert.Empty(result.Failures);
        Assert.Equal(5, result.Expectations);
    }

    [Fact]
    public void SignedTokensAreVerifiedWithTheFixturesKeys()
    {
        using var folder = new FixtureFolder("""
            {"bundle_version": 1, "policies": [{"id": "p", "spec": {"selector": {"pathPrefix": "/"}, "rules": [
              {"name": "bad", "match": {"jwt:sub": "__invalid__"}, "limit_keys": [], "algorithm": "token_bucket",
               "algorithm_config": {"tokens_per_second": 1, "burst": 1}}]}}]}
            """);
        File.WriteAllText(folder.PathOf("secret"), "a secret of more than thirty-two bytes, for sure");
        FixtureResult result = folder.Play("""
            {"bundle": "bundle.json", "jwt": {"keys": [{"file": "secret", "algorithm": "HS256"}]}, "steps": [
              {"headers": {"authorization": "Bearer eyJhbGciOiJub25lIn0.eyJzdWIiOiJ4In0."}, "expect": {"rule": "bad"}},
              {"expect": {"rule": null}}]}
            """);
        Assert.Empty(result.Mistakes);
        Assert.Empty(result.Failures);
    }

    [Fact]
    public void CompatibilityChangesTheNamesOfHeaders()
    {
        using var folder = new FixtureFolder();
        FixtureResult result = folder.Play("""
            {"bundle": "bundle.json", "compatibility": "fairvisor", "request": {"headers": {"a": "b"}}, "steps": [
              {"path": "/v1/x", "repeat": 2},
              {"path": "/v1/x", "expect": {"headers": {"X-Fairvisor-Reason": "token_bucket_exceeded", "X-Appliance-Reason": null}}}]}
            """);
        Assert.Empty(result.Failures);
        Assert.Equal(2, result.Expectations);
    }

    [Theory]
    [InlineData("0s", 0)]
    [InlineData("250ms", 250_000_000)]
    [InlineData("1.5s", 1_500_000_000)]
    [InlineData("2m", 120_000_000_000)]
    [InlineData("1h", 3_600_000_000_000)]
    [InlineData("366d", 31_622_400_000_000_000)]
    public void DurationsAreRead(string text, long nanoseconds)
    {
        Assert.True(FixtureDuration.TryRead(text, out long read));
        Assert.Equal(nanoseconds, read);
    }

    [Theory]
    [InlineData("")]
    [InlineData("5")]
    [InlineData("s")]
    [InlineData("-1s")]
    [InlineData("1.2.3s")]
    [InlineData("1e3s")]
    [InlineData("367d")]
    [InlineData("99999999999999999999999999999999d")]
    public void OtherFormsAreNoDurations(string text) => Assert.False(FixtureDuration.TryRead(text, out _));
}
