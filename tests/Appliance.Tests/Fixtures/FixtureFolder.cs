using Appliance.Fixtures;
using TestSupport;

namespace Appliance.Tests.Fixtures;

/// <summary>A bundle and fixtures in a directory of their own.</summary>
internal sealed class FixtureFolder : IDisposable
{
    public const string Bucket = """
        {"bundle_version": 1, "policies": [{"id": "p", "spec": {"selector": {"pathPrefix": "/v1"}, "rules": [
          {"name": "r", "limit_keys": ["ip:address"], "algorithm": "token_bucket", "algorithm_config": {"tokens_per_second": 1, "burst": 2}}]}}]}
        """;

    private static readonly DateTimeOffset Now = new(2026, 2, 3, 14, 30, 0, TimeSpan.Zero);

    private readonly TemporaryFolder _directory = new("appliance-fixture-");

    public FixtureFolder(string bundle = Bucket) => File.WriteAllText(BundleFile, bundle);

    public string BundleFile => _directory.PathOf("bundle.json");

    public string FixtureFile => _directory.PathOf("fixture.json");

    public string PathOf(string name) => _directory.PathOf(name);

    /// <summary>Plays a fixture whose text is given.</summary>
    public FixtureResult Play(string fixture, string? bundleFile = null)
    {
        File.WriteAllText(FixtureFile, fixture);
        return FixtureRun.Of(FixtureFile, bundleFile, Now);
    }

    /// <summary>Plays steps against the bundle.</summary>
    public FixtureResult PlaySteps(string steps) => Play($$"""{"bundle": "bundle.json", "start": "2026-02-03T14:30:00Z", "steps": [{{steps}}]}""");

    public void Dispose() => _directory.Dispose();
}
