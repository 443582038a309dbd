using System.Text;
using Appliance.Limiter;
using Limiter.Tests.Support;

namespace Limiter.Tests.Bundles;

public sealed class PolicyBundleReaderTests
{
    public static TheoryData<string, string, string> WholeBundles => new()
    {
        { "", "", "json_string_required" },
        { "[]", "", "bundle must be a table" },
        { "{", "", "json_parse_error" },
        { """{"bundle_version": 1, "policies": []} x""", "", "json_parse_error" },
        { """{"bundle_version": 1, "policies": [],}""", "", "json_parse_error" },
        { """{"bundle_version": 1, "policies": [], "defaults": "\ud800"}""", "", "json_parse_error" },
        { """{"policies": []}""", "", "bundle_version must be a positive number" },
        { """{"bundle_version": 0, "policies": []}""", "/bundle_version", "bundle_version must be a positive number" },
        { """{"bundle_version": "1", "policies": []}""", "/bundle_version", "bundle_version must be a positive number" },
        { """{"bundle_version": 1}""", "", "policies must be a table" },
        { """{"bundle_version": 1, "policies": 3}""", "/policies", "policies must be a table" },
        { """{"bundle_version": 1, "bundle_version": 2, "policies": []}""", "/bundle_version", "occurs twice" },
        { """{"bundle_version": 1, "policies": [], "issued_at": "2026-02-30T00:00:00Z"}""", "/issued_at", "issued_at_invalid" },
        { """{"bundle_version": 1, "policies": [], "expires_at": "2027-01-01"}""", "/expires_at", "expires_at_invalid" },
        { """{"bundle_version": 1, "policies": [], "expires_at": "2026-02-03T14:30:00Z"}""", "/expires_at", "bundle_expired" },
        { """{"bundle_version": 1, "policies": [7]}""", "/policies/0", "must be a table" },
        { """{"bundle_version": 1, "policies": [{"spec": {}}]}""", "/policies/0", "policy[0]: missing id" },
        { """{"bundle_version": 1, "policies": [{"id": "p"}]}""", "/policies/0", "policy=p: missing spec" },
        { """{"bundle_version": 1, "policies": [{"id": "p", "spec": {"rules": []}}]}""", "/policies/0/spec", "missing selector" },
        { """{"bundle_version": 1, "policies": [{"id": "p", "spec": {"selector": {"pathPrefix": "/"}}}]}""", "/policies/0/spec", "rules must be a table" },
    };

    [Theory]
    [MemberData(nameof(WholeBundles))]
    public void ABrokenBundleIsRefusedWithTheReason(string json, string pointer, string message) => AssertRefused(json, pointer, message);

    [Fact]
    public void AllErrorsAreReportedWithLineAndColumnInTheOrderOfTheFile()
    {
        const string Json = "{\n  \"bundle_version\": -1,\n  \"policies\": [\n    {\"id\": \"\", \"spec\": {\"selector\": {}, \"rules\": 1}}\n  ]\n}";
        BundleReadResult result = Bundle.Read(Json);
        Assert.Null(result.Snapshot);
        Assert.Equal(
            [("/bundle_version", 2, 21), ("/policies/0/id", 4, 12), ("/policies/0/spec/rules", 4, 50)],
            result.Errors.Select(e => (e.Pointer, e.Line, e.Column)));
        Assert.Equal(("/policies/0/spec/selector", 4), Assert.Single(result.Lints.Select(l => (l.Pointer, l.Line))));
    }

    [Fact]
    public void ASyntaxErrorCarriesItsPlace()
    {
        BundleError error = Assert.Single(Bundle.Read("{\n  \"bundle_version\": 1,\n  oops\n}").Errors);
        Assert.Equal((3, 3), (error.Line, error.Column));
    }

    [Fact]
    public void UnknownFieldsAreLintsAndDoNotStopTheBundle()
    {
        BundleReadResult result = Bundle.Read("""{"bundle_version": 1.5, "policies": [], "jwt_keys": {}}""");
        Assert.Equal(1.5m, result.Snapshot!.Version);
        Assert.Contains(result.Lints, l => l.Pointer == "/jwt_keys" && l.Message.Contains("unknown"));
    }

    [Fact]
    public void WhatIsSwitchedOffOrEmptyMayStay() => Assert.NotNull(Bundle.Read(
        """{"bundle_version": 1, "policies": {}, "kill_switches": [], "global_shadow": {"enabled": false}, "defaults": {}}""").Snapshot);

    [Fact]
    public void RpsIsAnAliasAndLosesAgainstTheLongName()
    {
        Assert.Equal(2, WindowOf("""{"rps": 5, "burst": 10}"""));
        Assert.Equal(10, WindowOf("""{"rps": 5, "tokens_per_second": 1, "burst": 10}"""));
    }

    [Fact]
    public void TheHashIsThatOfTheFile()
    {
        byte[] json = Encoding.UTF8.GetBytes(Bundle.Of());
        string hash = Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(json)).ToLowerInvariant();
        Assert.Equal(hash, PolicyBundleReader.Read(json, Bundle.Now).Snapshot!.Sha256);
    }

    [Fact]
    public void BadUtf8AndDeepNestingAreErrors()
    {
        Assert.Contains("UTF-8", Assert.Single(PolicyBundleReader.Read([(byte)'"', 0xff, (byte)'"'], Bundle.Now).Errors).Message);
        Assert.Contains("json_parse_error", Assert.Single(Bundle.Read(new string('[', 100_000)).Errors).Message);
    }

    [Fact]
    public void AnOversizedFileIsRefusedUnread() =>
        Assert.Contains("larger", Assert.Single(PolicyBundleReader.Read(new byte[(50 << 20) + 1], Bundle.Now).Errors).Message);

    [Fact]
    public void TheShippedSampleCompilesAndItsOnlyLintIsThatItSelectsEverything()
    {
        string file = Path.Combine(RepositoryRoot(), "samples", "policies", "minimal.json");
        BundleReadResult result = PolicyBundleReader.Read(File.ReadAllBytes(file), Bundle.Now);
        Assert.Empty(result.Errors);
        Assert.Contains("every request of every host", Assert.Single(result.Lints).Message);
        Assert.Equal((2, 2), (result.Snapshot!.PolicyCount, result.Snapshot.RuleCount));
    }

    private static string RepositoryRoot()
    {
        string? directory = AppContext.BaseDirectory;
        while (directory is not null && !File.Exists(Path.Combine(directory, "appliance.sln"))) directory = Path.GetDirectoryName(directory);
        return directory ?? throw new InvalidOperationException("appliance.sln is not above the test assembly");
    }

    private static int WindowOf(string config)
    {
        using var under = new EngineUnderTest(Bundle.Of(Bundle.Policy("p", Bundle.Rule("r", config))));
        return under.Decide(new FakeRequest()).WindowSeconds;
    }

    private static void AssertRefused(string json, string pointer, string message)
    {
        BundleReadResult result = Bundle.Read(json);
        Assert.Null(result.Snapshot);
        Assert.Contains(result.Errors, e => e.Pointer == pointer && e.Message.Contains(message, StringComparison.Ordinal));
    }
}
