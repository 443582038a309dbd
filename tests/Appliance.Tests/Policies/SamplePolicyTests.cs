using System.Text.Json;
using Appliance.Fixtures;
using Appliance.Limiter;
using Appliance.Policies;
using Appliance.Tests.Configuration;

namespace Appliance.Tests.Policies;

/// <summary>Every bundle in samples/policies is good, and its fixture shows what it does.</summary>
public sealed class SamplePolicyTests
{
    private static readonly string Folder = Repository.At("samples", "policies");

    /// <summary>The lints that a sample is allowed to have: what it shows needs them.</summary>
    private static readonly Dictionary<string, string> AllowedLint = new() { ["minimal.json"] = "pathPrefix \"/\" selects every request" };

    public static TheoryData<string> Samples => new(Names(Folder));

    [Fact]
    public void EverySampleHasItsFixtureAndEveryFixtureItsSample() => Assert.Equal(Names(Folder), Names(Path.Combine(Folder, "tests")));

    [Theory]
    [MemberData(nameof(Samples))]
    public void SampleIsGood(string name)
    {
        BundleRead bundle = BundleSource.Read(Path.Combine(Folder, name), DateTimeOffset.UtcNow, new BundleOptions(), signature: null);
        Assert.Empty(bundle.Errors);
        Assert.Empty(bundle.Lints.Where(lint => !AllowedLint.TryGetValue(name, out string? allowed) || !lint.Contains(allowed, StringComparison.Ordinal)));
    }

    [Theory]
    [MemberData(nameof(Samples))]
    public void SampleDoesWhatItsFixtureSays(string name)
    {
        FixtureResult result = FixtureRun.Of(Path.Combine(Folder, "tests", name), null, DateTimeOffset.UtcNow);
        var said = new StringWriter();
        FixtureText.Write(result, all: false, said, said);
        Assert.True(result.IsGood, said.ToString());
        Assert.All(result.Played, played => Assert.False(played.Step.ExpectsNothing));
    }

    [Theory]
    [MemberData(nameof(Samples))]
    public void FixtureShowsEveryRuleOfItsSample(string name)
    {
        FixtureResult result = FixtureRun.Of(Path.Combine(Folder, "tests", name), null, DateTimeOffset.UtcNow);
        HashSet<string?> shown = [.. result.Played.Select(played => played.Decision.RuleName), .. result.Played.Select(played => played.Decision.ShadowRuleName)];
        Assert.Equal([], RulesOf(Path.Combine(Folder, name)).Where(rule => !shown.Contains(rule)));
    }

    private static IEnumerable<string> RulesOf(string bundle)
    {
        using JsonDocument document = JsonDocument.Parse(File.ReadAllText(bundle));
        foreach (JsonElement policy in document.RootElement.GetProperty("policies").EnumerateArray())
        {
            JsonElement spec = policy.GetProperty("spec");
            foreach (JsonElement rule in spec.GetProperty("rules").EnumerateArray()) yield return rule.GetProperty("name").GetString()!;
            if (spec.TryGetProperty("fallback_limit", out JsonElement fallback)) yield return fallback.GetProperty("name").GetString()!;
        }
    }

    private static IEnumerable<string> Names(string folder) => Directory.EnumerateFiles(folder, "*.json").Select(file => Path.GetFileName(file)).Order(StringComparer.Ordinal);
}
