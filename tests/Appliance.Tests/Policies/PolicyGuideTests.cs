using System.Text.RegularExpressions;
using Appliance.Fixtures;
using Appliance.Tests.Configuration;
using TestSupport;

namespace Appliance.Tests.Policies;

/// <summary>docs/policies.md says what is so.</summary>
public sealed partial class PolicyGuideTests
{
    private static readonly string Guide = File.ReadAllText(Repository.At("docs", "policies.md"));

    [Fact]
    public void ItsFixtureHoldsOnItsBundle()
    {
        string[] examples = [.. JsonBlock().Matches(Guide).Select(match => match.Groups[1].Value)];
        Assert.Equal(2, examples.Length);
        using var folder = new TemporaryFolder("appliance-guide-");
        File.WriteAllText(folder.PathOf("api.json"), examples[0]);
        File.WriteAllText(folder.PathOf("fixture.json"), examples[1]);
        FixtureResult result = FixtureRun.Of(folder.PathOf("fixture.json"), null, DateTimeOffset.UtcNow);
        var said = new StringWriter();
        FixtureText.Write(result, all: true, said, said);
        Assert.True(result.IsGood, said.ToString());
        Assert.True(result.Expectations > 4);
    }

    [Fact]
    public void EveryMetricItNamesIsThere()
    {
        string code = string.Concat(Directory.EnumerateFiles(Repository.At("src", "Appliance", "Admin"), "*.cs").Select(File.ReadAllText));
        string[] named = [.. Metric().Matches(Guide).Select(match => match.Value).Distinct()];
        Assert.True(named.Length > 10);
        Assert.Equal([], named.Where(name => !code.Contains($"\"{name}\"", StringComparison.Ordinal)));
    }

    [Fact]
    public void EveryQuestionIsAnsweredInTurn() =>
        Assert.Equal(Enumerable.Range(1, 37), Question().Matches(Guide).Select(match => int.Parse(match.Groups[1].Value, System.Globalization.CultureInfo.InvariantCulture)));

    [GeneratedRegex("```json\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex JsonBlock();

    [GeneratedRegex("appliance_[a-z_]+[a-z]")]
    private static partial Regex Metric();

    [GeneratedRegex(@"^(\d+)\. \*\*", RegexOptions.Multiline)]
    private static partial Regex Question();
}
