using Appliance.Fixtures;

namespace Appliance.Tests.Fixtures;

/// <summary>What is wrong with a fixture is said with its place, all of it.</summary>
public sealed class FixtureReaderTests : IDisposable
{
    private readonly FixtureFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("""{"bundle": "bundle.json", "steps": [{"path": "/", "metod": "GET"}]}""", "/steps/0/metod: unknown field; did you mean method?")]
    [InlineData("""{"bundle": "bundle.json", "steps": [], "stesp": []}""", "/stesp: unknown field; did you mean steps?")]
    [InlineData("""{"bundle": "bundle.json"}""", "steps is required")]
    [InlineData("""{"steps": []}""", "names no bundle")]
    [InlineData("""{"bundle": "bundle.json", "steps": [{"at": "5 s"}]}""", "/steps/0/at: must be a time such as")]
    [InlineData("""{"bundle": "bundle.json", "steps": [{"at": "1s", "path": "v1"}]}""", "/steps/0/path: must begin with")]
    [InlineData("""{"bundle": "bundle.json", "steps": [{"expect": {"reason": "budget_exeeded"}}]}""", "/steps/0/expect/reason: must be one of: no_bundle_loaded")]
    [InlineData("""{"bundle": "bundle.json", "steps": [{"expect": {"retry_after": "15..10"}}]}""", "/steps/0/expect/retry_after: must be a whole number, or a range")]
    [InlineData("""{"bundle": "bundle.json", "steps": [{"expect": {"shadow": {"polcy": "x"}}}]}""", "/steps/0/expect/shadow/polcy: unknown field; did you mean policy?")]
    [InlineData("""{"bundle": "bundle.json", "steps": [{"release": "nobody"}]}""", "/steps/0/release: no step holds requests under this name")]
    [InlineData("""{"bundle": "bundle.json", "steps": [{"every": "1s"}]}""", "/steps/0/every: needs repeat")]
    [InlineData("""{"bundle": "bundle.json", "steps": [{"repeat": 100001}]}""", "/steps/0/repeat: must be a whole number from 1 to 100000")]
    [InlineData("""{"bundle": "bundle.json", "steps": [{"repeat": 60000}, {"repeat": 60000}]}""", "/steps/1: with this step there are more than 100000 requests")]
    [InlineData("""{"bundle": "bundle.json", "steps": [{"path": "/a?x=1", "query": {"y": 1}}]}""", "/steps/0/query: the path has a query too")]
    [InlineData("""{"bundle": "bundle.json", "steps": [{"client": "192.0.2.300"}]}""", "/steps/0/client: must be an IPv4 or IPv6 address")]
    [InlineData("""{"bundle": "bundle.json", "steps": [{"host": "a b"}]}""", "/steps/0/host: is not a host name")]
    [InlineData("""{"bundle": "bundle.json", "steps": [{"usage": 5, "hold": "x"}]}""", "/steps/0/usage: of a request that is held")]
    [InlineData("""{"bundle": "bundle.json", "steps": [{"tokens": {"prompt": 1}, "body": "x"}]}""", "/steps/0/tokens: stands for a body")]
    [InlineData("""{"bundle": "bundle.json", "start": "2026-02-30T00:00:00Z", "steps": []}""", "/start: must be YYYY-MM-DDTHH:MM:SSZ")]
    [InlineData("""{"bundle": "bundle.json", "compatibility": "nginx", "steps": []}""", "/compatibility: must be none or fairvisor")]
    [InlineData("""{"bundle": "bundle.json", "instance_share": "1/0", "steps": []}""", "/instance_share: must be \"1/N\"")]
    [InlineData("""{"bundle": "bundle.json", "jwt": {"keys": [{"file": "none.pem", "algorithm": "ES256"}]}, "steps": []}""", "none.pem: the file does not exist")]
    [InlineData("""{"bundle": "bundle.json", "steps": [], "steps": []}""", "/steps: this name occurs twice")]
    [InlineData("""{"bundle": "bundle.json", "steps": [}""", "not JSON: ")]
    [InlineData("\"text\"", "a fixture is an object")]
    [InlineData("", "not JSON: ")]
    public void MistakeIsNamedWithItsPlace(string fixture, string message)
    {
        FixtureResult result = _folder.Play(fixture);
        string mistake = Assert.Single(result.Mistakes);
        Assert.StartsWith($"{_folder.FixtureFile}:1:", mistake, StringComparison.Ordinal);
        Assert.Contains(message, mistake, StringComparison.Ordinal);
        Assert.Empty(result.Played);
    }

    [Fact]
    public void AllMistakesAreNamedInTheOrderOfTheFileWithLineAndColumn()
    {
        FixtureResult result = _folder.Play("""
            {
              "bundle": "bundle.json",
              "steps": [
                { "path": "/v1", "expect": { "action": "pass" } },
                { "path": "/v1", "expect": { "status": "often" } }
              ]
            }
            """);
        Assert.Collection(
            result.Mistakes,
            first => Assert.StartsWith($"{_folder.FixtureFile}:4:44: /steps/0/expect/action: ", first, StringComparison.Ordinal),
            second => Assert.StartsWith($"{_folder.FixtureFile}:5:44: /steps/1/expect/status: ", second, StringComparison.Ordinal));
    }

    [Fact]
    public void MistakeInTheTemplateIsNamedOnceForAllSteps()
    {
        FixtureResult result = _folder.Play("""{"bundle": "bundle.json", "request": {"client": "x"}, "steps": [{}, {}, {}]}""");
        Assert.Contains("/request/client: ", Assert.Single(result.Mistakes), StringComparison.Ordinal);
    }

    [Fact]
    public void UnsignedClaimsAreRefusedWhereKeysAreConfigured()
    {
        File.WriteAllText(_folder.PathOf("secret"), "a secret of more than thirty-two bytes, for sure");
        FixtureResult result = _folder.Play("""
            {"bundle": "bundle.json", "jwt": {"keys": [{"file": "secret", "algorithm": "HS256"}]}, "steps": [{"claims": {"sub": "x"}}]}
            """);
        Assert.Contains("/steps/0/claims: make an unsigned token", Assert.Single(result.Mistakes), StringComparison.Ordinal);
    }

    [Fact]
    public void BrokenOrMissingBundleIsAMistakeOfTheFixture()
    {
        Assert.Contains("no such file", Assert.Single(_folder.Play("""{"bundle": "other.json", "steps": []}""").Mistakes), StringComparison.Ordinal);
        File.WriteAllText(_folder.BundleFile, "{\"bundle_version\": 1,\n\"policies\": 3}");
        Assert.StartsWith($"{_folder.BundleFile}:2:13: /policies: ", Assert.Single(_folder.PlaySteps("").Mistakes), StringComparison.Ordinal);
    }

    [Fact]
    public void BareArrayOfStepsIsPlayedAgainstTheBundleOfTheCommand()
    {
        FixtureResult result = _folder.Play("""[{"at": "0s", "path": "/v1/x", "ip": "192.0.2.9", "expect": {"action": "allow"}}]""", _folder.BundleFile);
        Assert.Empty(result.Mistakes);
        Assert.True(result.IsGood);
        Assert.Equal(1, result.Expectations);
    }
}
