using System.Text;
using Appliance.Limiter;

namespace Limiter.Tests;

public sealed class RateLimitHeadersTests
{
    [Fact]
    public void AnAllowedRequestCarriesItsNumbers() => Assert.Equal(
        "RateLimit: \"default\";r=7;t=3\r\nRateLimit-Policy: \"default\";q=10;w=5\r\nRateLimit-Limit: 10\r\n"
        + "RateLimit-Remaining: 7\r\nRateLimit-Reset: 3\r\n",
        Write(new Decision
        {
            Allowed = true,
            Reason = DecisionReason.AllRulesPassed,
            HasLimit = true,
            Limit = 10,
            Remaining = 7,
            ResetSeconds = 3,
            WindowSeconds = 5,
        }));

    [Fact]
    public void ARejectAlsoSaysWhenToReturnAndWhy() => Assert.Equal(
        "RateLimit: \"default\";r=0;t=4\r\nRateLimit-Policy: \"default\";q=10;w=5\r\nRateLimit-Limit: 10\r\n"
        + "RateLimit-Remaining: 0\r\nRateLimit-Reset: 4\r\nRetry-After: 6\r\nX-Appliance-Reason: token_bucket_exceeded\r\n",
        Write(new Decision
        {
            Reason = DecisionReason.TokenBucketExceeded,
            PolicyId = "secret",
            HasLimit = true,
            Limit = 10,
            ResetSeconds = 4,
            RetryAfterSeconds = 6,
            WindowSeconds = 5,
        }));

    [Fact]
    public void WithoutNumbersNothingIsInvented()
    {
        Assert.Equal("", Write(new Decision { Allowed = true, Reason = DecisionReason.NoMatchingPolicy }));
        Assert.Equal("Retry-After: 1\r\nX-Appliance-Reason: table_full\r\n", Write(new Decision { Reason = DecisionReason.TableFull, RetryAfterSeconds = 1 }));
        Assert.Equal("X-Appliance-Reason: no_bundle_loaded\r\n", Write(default));
    }

    [Fact]
    public void ADelayedRequestIsToldWhy() => Assert.Equal(
        "X-Appliance-Warning: budget_throttle\r\n",
        Write(new Decision { Allowed = true, Reason = DecisionReason.BudgetThrottle, DelayMs = 5, Warning = DecisionWarning.BudgetThrottle }));

    [Fact]
    public void ARejectWithoutALimitSaysThatNothingIsLeft() => Assert.Equal(
        "RateLimit: \"default\";r=0;t=3600\r\nRateLimit-Reset: 3600\r\nRetry-After: 4000\r\nX-Appliance-Reason: kill_switch\r\n",
        Write(new Decision { Reason = DecisionReason.KillSwitch, ResetSeconds = 3600, RetryAfterSeconds = 4000 }));

    [Fact]
    public void NamesAppearOnlyWhereTheStyleSaysSoAndCannotBreakTheField()
    {
        var decision = new Decision { Reason = DecisionReason.LoopDetected, PolicyId = "a\"\\\r\nX: y" + new string('z', 500), ResetSeconds = 1, RetryAfterSeconds = 1 };
        var buffer = new byte[RateLimitHeaders.MaxLength];
        string Styled(PolicyCompatibility compatibility, bool showsNames) =>
            Encoding.ASCII.GetString(buffer, 0, RateLimitHeaders.Write(decision with { Compatibility = compatibility }, buffer, showsNames));
        Assert.StartsWith("RateLimit: \"default\";r=0", Styled(PolicyCompatibility.None, showsNames: false), StringComparison.Ordinal);
        Assert.StartsWith("RateLimit: \"a\\\"\\\\??X: yzzz", Styled(PolicyCompatibility.None, showsNames: true), StringComparison.Ordinal);
        string compatible = Styled(PolicyCompatibility.Fairvisor, showsNames: false);
        Assert.StartsWith("RateLimit: \"a\\\"\\\\??X: yzzz", compatible, StringComparison.Ordinal);
        Assert.EndsWith("X-Fairvisor-Reason: loop_detected\r\n", compatible, StringComparison.Ordinal);
        Assert.Equal(4, compatible.Count(c => c == '\n'));
    }

    [Fact]
    public void TheLargestNumbersFit()
    {
        string text = Write(new Decision
        {
            Reason = DecisionReason.TokenBucketExceeded,
            HasLimit = true,
            Limit = long.MinValue,
            Remaining = long.MinValue,
            ResetSeconds = int.MinValue,
            RetryAfterSeconds = int.MaxValue,
            WindowSeconds = int.MinValue,
        });
        Assert.EndsWith("token_bucket_exceeded\r\n", text);
    }

    [Fact]
    public void EveryReasonHasTheSameNameInBothForms()
    {
        foreach (DecisionReason reason in Enum.GetValues<DecisionReason>())
        {
            Assert.Equal(DecisionReasons.Name(reason), Encoding.ASCII.GetString(DecisionReasons.Utf8Name(reason)));
            Assert.NotEqual("unknown", DecisionReasons.Name(reason));
        }
    }

    private static string Write(Decision decision)
    {
        var buffer = new byte[RateLimitHeaders.MaxLength];
        return Encoding.ASCII.GetString(buffer, 0, RateLimitHeaders.Write(in decision, buffer));
    }
}
