using System.Text;
using Appliance.Configuration;

namespace Appliance.Tests.Configuration;

public sealed class SampleTests
{
    private const string Regenerate = "APPLIANCE_WRITE_SCHEMA";

    [Theory]
    [InlineData("single.yaml")]
    [InlineData("full.yaml")]
    [InlineData("https.yaml")]
    [InlineData("layer4.yaml")]
    [InlineData("full-alternatives.yaml")]
    [InlineData("active-active/a.yaml")]
    [InlineData("active-active/b.yaml")]
    [InlineData("pair/a.yaml")]
    [InlineData("pair/b.yaml")]
    public void EverySampleLoads(string name)
    {
        ConfigLoadResult result = ConfigLoader.Load(Repository.At("samples", name), _ => null, files: false);

        Assert.Empty(Loading.Lines(result));
        Assert.NotNull(result.Config);
    }

    [Fact]
    public void ConfigurationInTheReadmeLoads()
    {
        string readme = File.ReadAllText(Repository.At("README.md"));
        int begin = readme.IndexOf("```yaml\n", StringComparison.Ordinal) + 8;

        Loading.Good(readme[begin..readme.IndexOf("```", begin, StringComparison.Ordinal)]);
    }

    [Fact]
    public void FullSampleHoldsEveryKeyWithItsDefaultAndItsComment()
    {
        Dictionary<string, (string Value, string Comment)> written = SampleKeys.Read(Repository.At("samples", "full.yaml"));
        foreach ((string path, (string, string) key) in SampleKeys.Read(Repository.At("samples", "full-alternatives.yaml"))) written.TryAdd(path, key);
        List<string> problems = [];
        foreach ((string path, Key key) in SampleKeys.Declared(ApplianceSection.Section, ""))
        {
            if (!written.TryGetValue(path, out (string Value, string Comment) found)) problems.Add($"{path} is missing");
            else if (found.Comment != key.Summary) problems.Add($"{path}: comment is \"{found.Comment}\", declared is \"{key.Summary}\"");
            else if (key.DefaultText is { } text && found.Value.Replace("\"", "", StringComparison.Ordinal) != text)
            {
                problems.Add($"{path}: value is {found.Value}, default is {text}");
            }
        }

        Assert.Empty(problems);
    }

    [Theory]
    [InlineData("pair")]
    [InlineData("active-active")]
    public void NodesOfThePairAgreeOnWhatMustBeEqual(string pair)
    {
        ApplianceConfig a = ConfigLoader.Load(Repository.At("samples", pair, "a.yaml"), _ => null).Config!;
        ApplianceConfig b = ConfigLoader.Load(Repository.At("samples", pair, "b.yaml"), _ => null).Config!;

        Assert.Equal(ConfigFingerprint.Of(a).ToString(), ConfigFingerprint.Of(b).ToString());
        Assert.Equal(a.Ha!.Address, b.Ha!.Peer);
        Assert.Equal(b.Ha.Address, a.Ha.Peer);
        Assert.All(a.Ha.Groups.Zip(b.Ha.Groups), pairs => Assert.NotEqual(pairs.First.Primary, pairs.Second.Primary));
    }

    [Fact]
    public void RelativePathStartsAtTheFile()
    {
        ApplianceConfig a = ConfigLoader.Load(Repository.At("samples", "pair", "a.yaml"), _ => null).Config!;

        Assert.Equal(Repository.At("samples", "pair", "policies.json"), a.Policies!.File);
    }

    [Fact]
    public void CommittedSchemaIsTheOneTheDeclarationsGive()
    {
        string path = Repository.At("samples", "appliance.schema.json");
        if (Environment.GetEnvironmentVariable(Regenerate) == "1") File.WriteAllText(path, JsonSchemaWriter.Write());

        Assert.True(
            File.ReadAllText(path, Encoding.UTF8) == JsonSchemaWriter.Write(),
            $"samples/appliance.schema.json is stale; run this test with {Regenerate}=1 and commit the file");
    }
}
