using System.Text;
using Appliance.Fixtures;
using Appliance.Limiter;
using Appliance.Policies;
using Appliance.Tests.Journal;
using TestSupport;

namespace Appliance.Tests.Policies;

public sealed class PolicyWatchTests : IDisposable
{
    private const string Bundle = """
        {"bundle_version": 1, "policies": [{"id": "p", "spec": {"selector": {"pathPrefix": "/v1"}, "rules": [
        {"name": "r", "limit_keys": ["header:x-plan"], "algorithm": "token_bucket", "algorithm_config": {"tokens_per_second": 1, "burst": 1}}]}}]}
        """;

    private readonly LimiterTable _table = LimiterTable.Create(1 << 20, 1);
    private readonly RecordingLog _log = new();
    private readonly VirtualClock _clock = new();
    private readonly PolicyEngine _engine;

    public PolicyWatchTests()
    {
        _engine = new PolicyEngine(_table, 1);
        _engine.Apply(PolicyBundleReader.Read(Encoding.UTF8.GetBytes(Bundle), _clock.GetUtcNow()).Snapshot!);
    }

    public void Dispose() => _table.Dispose();

    [Fact]
    public void OnceAMinuteTheLogSaysWhatRequestsLack()
    {
        var watch = new PolicyWatch(_engine, _clock, _log);
        Ask(3);
        _clock.Advance(TimeSpan.FromSeconds(59));
        watch.Look();
        Assert.Empty(_log.Lines);
        _clock.Advance(TimeSpan.FromSeconds(1));
        watch.Look();
        Assert.Equal("3 requests of policy p (/v1/*) lacked header:x-plan in the last minute", Assert.Single(_log.Lines));
        Ask(2);
        watch.Look();
        Assert.Single(_log.Lines);
        _clock.Advance(TimeSpan.FromMinutes(1));
        watch.Look();
        Assert.StartsWith("2 requests", _log.Lines.Last(), StringComparison.Ordinal);
        _clock.Advance(TimeSpan.FromMinutes(1));
        watch.Look();
        Assert.Equal(2, _log.Lines.Count);
    }

    [Fact]
    public void OnceAMinuteTheLogSaysThatTheTableIsFull()
    {
        _engine.Apply(PolicyBundleReader.Read(Encoding.UTF8.GetBytes(Bundle.Replace("header:x-plan", "ip:address", StringComparison.Ordinal)), _clock.GetUtcNow()).Snapshot!);
        var watch = new PolicyWatch(_engine, _clock, _log);
        // A mebibyte has room for some ten thousand keys.
        for (uint client = 1; client <= 40_000; client++) Ask(1, client);
        _clock.Advance(TimeSpan.FromMinutes(1));
        watch.Look();
        Assert.Matches("^the limiter's table is full: [0-9]+ requests of policy p, rule r found no room", Assert.Single(_log.Lines));
    }

    private void Ask(int times, uint client = 1)
    {
        var request = new FixtureRequest
        {
            Method = "GET"u8.ToArray(),
            Target = "/v1/x",
            Path = "/v1/x"u8.ToArray(),
            Query = [],
            Host = [],
            Client = ClientAddress.FromIPv4(client),
            IsTrusted = false,
            Headers = [],
        };
        var view = new FixtureView(request, describer: null, unixMs: 1);
        for (int i = 0; i < times; i++) _ = _engine.Decide(in view, 1, 1, 0);
    }
}
