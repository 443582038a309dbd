using System.Text;
using Appliance.Limiter;
using FsCheck;
using FsCheck.Fluent;
using Limiter.Tests.Support;

namespace Limiter.Tests;

public sealed class DebugHeadersTests
{
    [Fact]
    public void TheyNameDecisionPolicyRuleTimeAndDescriptors()
    {
        using var under = new EngineUnderTest(Bundle.Of(
            Bundle.Policy("a", Bundle.Rule("r", Bundle.Bucket("1", "5"), "\"header:x-tenant\", \"ip:address\""), """{"pathPrefix": "/"}"""),
            Bundle.Policy("b", "", """{"pathPrefix": "/"}""")));
        string[] lines = Lines(under, new FakeRequest("/v1").With("x-tenant", "acme"));
        Assert.Equal(
            [
                "X-Appliance-Decision: allow", "X-Appliance-Mode: enforce", "X-Appliance-Latency-Us: 1.2", "X-Appliance-Debug-Decision: allow",
                "X-Appliance-Debug-Mode: enforce", "X-Appliance-Debug-Reason: all_rules_passed", "X-Appliance-Debug-Policy: a",
                "X-Appliance-Debug-Rule: r", "X-Appliance-Debug-Latency-Us: 1.2", "X-Appliance-Debug-Matched-Policies: a,b",
                "X-Appliance-Debug-Descriptor-1-Key: header:x-tenant", "X-Appliance-Debug-Descriptor-1-Value: acme",
                "X-Appliance-Debug-Descriptor-2-Key: ip:address", "X-Appliance-Debug-Descriptor-2-Value: 192.0.2.1",
            ],
            lines);
    }

    [Fact]
    public void AShadowsRejectIsNamed()
    {
        using var under = new EngineUnderTest(Bundle.Of(
            Bundle.Policy("s", Bundle.Rule("r", Bundle.Bucket("1", "1")), """{"pathPrefix": "/"}""", """ "mode": "shadow",""")));
        _ = Lines(under, new FakeRequest("/"));
        string[] lines = Lines(under, new FakeRequest("/"));
        Assert.Contains("X-Appliance-Decision: allow", lines);
        Assert.Contains("X-Appliance-Mode: shadow", lines);
        Assert.Contains("X-Appliance-Debug-Shadow-Policy: s", lines);
        Assert.Contains("X-Appliance-Debug-Shadow-Rule: r", lines);
        Assert.Contains("X-Appliance-Debug-Shadow-Reason: token_bucket_exceeded", lines);
    }

    [Fact]
    public void SixteenDescriptorsAreShownInTheOrderOfTheirNamesAndLongValuesAreCut()
    {
        static string Keys(int first) => string.Join(',', Enumerable.Range(first, 10).Reverse().Select(i => $"\"header:h{i:00}\""));
        string rules = Bundle.Rule("r", Bundle.Bucket("1", "5"), Keys(10)) + "," + Bundle.Rule("s", Bundle.Bucket("1", "5"), Keys(0));
        using var under = new EngineUnderTest(Bundle.Of(Bundle.Policy("a", rules, """{"pathPrefix": "/"}""")));
        FakeRequest request = new("/");
        for (int i = 1; i < 20; i++) request = request.With($"h{i:00}", new string('v', 300));
        string[] lines = [.. Lines(under, request).Where(line => line.Contains("-Descriptor-", StringComparison.Ordinal))];
        Assert.Equal(32, lines.Length);
        Assert.Equal("X-Appliance-Debug-Descriptor-1-Key: header:h01", lines[0]);
        Assert.Equal("X-Appliance-Debug-Descriptor-16-Value: " + new string('v', 256), lines[^1]);
    }

    [Fact]
    public void CompatibilityRenamesThem()
    {
        using var under = new EngineUnderTest(Bundle.Of(Bundle.Policy("a", "", """{"pathPrefix": "/"}""")));
        under.Engine.Use(new EngineSettings { Compatibility = PolicyCompatibility.Fairvisor });
        Assert.All(Lines(under, new FakeRequest("/")), line => Assert.StartsWith("X-Fairvisor-", line, StringComparison.Ordinal));
    }

    [Fact]
    public void NoValueEndsALineOrOverflows() => FsCheck.Check.One(Config.QuickThrowOnFailure.WithMaxTest(50), Prop.ForAll(
        ArbMap.Default.ArbFor<byte[]>(),
        bytes =>
        {
            using var under = new EngineUnderTest(Bundle.Of(
                Bundle.Policy("a", Bundle.Rule("r", Bundle.Bucket("1", "5"), "\"jwt:sub\", \"query:q\""), """{"pathPrefix": "/"}""")));
            string text = Encoding.Latin1.GetString(bytes);
            FakeRequest request = new FakeRequest("/").WithClaim("sub", "a\r\nSet-Cookie: x=1" + text).WithQuery("q=\n" + text);
            return Array.TrueForAll(Lines(under, request), line => line.StartsWith("X-Appliance-", StringComparison.Ordinal) && line.All(c => c is >= ' ' and <= '~'));
        }));

    [Fact]
    public void TheLongestFits()
    {
        string keys = string.Join(',', Enumerable.Range(0, 16).Select(i => $"\"header:{new string('h', 200)}{i:00}\""));
        IEnumerable<string> policies = Enumerable.Range(0, 40).Select(
            i => Bundle.Policy(new string('p', 200) + $"{i:00}", Bundle.Rule(new string('r', 200), Bundle.Bucket("1", "50"), keys), """{"pathPrefix": "/"}"""));
        using var under = new EngineUnderTest(Bundle.Of([.. policies]));
        FakeRequest request = new("/");
        for (int i = 0; i < 16; i++) request = request.With(new string('h', 200) + $"{i:00}", new string('v', 5000));
        string[] lines = Lines(under, request);
        Assert.EndsWith(",...", Assert.Single(lines, line => line.Contains("Matched", StringComparison.Ordinal)), StringComparison.Ordinal);
    }

    private static string[] Lines(EngineUnderTest under, FakeRequest request)
    {
        PolicyTurn turn = under.Engine.Enter(0);
        Decision decision = turn.Decide(in request, under.NowNs, under.UnixMs);
        byte[] text = new byte[DebugHeaders.MaxLength];
        int length = DebugHeaders.Write(turn, in request, in decision, 1_234, text);
        string lines = Encoding.ASCII.GetString(text, 0, length);
        Assert.EndsWith("\r\n", lines, StringComparison.Ordinal);
        return lines[..^2].Split("\r\n");
    }
}
