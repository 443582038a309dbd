using Appliance.Cli;
using Appliance.Hosting;
using Appliance.Limiter;
using Appliance.Policies;
using Appliance.Tests.Journal;
using TestSupport;

namespace Appliance.Tests.Policies;

public sealed class OverrideDeskTests : IDisposable
{
    private readonly TemporaryFolder _directory = new("appliance-overrides-");
    private readonly LimiterTable _table = LimiterTable.Create(1 << 20, 1);
    private readonly RecordingLog _log = new();
    private readonly VirtualClock _clock = new();
    private PolicyEngine _engine;
    private OverrideDesk _desk;

    public OverrideDeskTests() => (_engine, _desk) = Begin();

    private string StateFile => _directory.PathOf("overrides.json");

    public void Dispose()
    {
        _table.Dispose();
        _directory.Dispose();
    }

    [Theory]
    [InlineData("shadow")]
    [InlineData("global_shadow")]
    public void ShadowIsOnUntilItsTimeComes(string spelling)
    {
        OrderResult result = _desk.Begin(spelling, " too strict ", "30m");
        Assert.Equal(ExitCode.Ok, result.Code);
        Assert.StartsWith("global_shadow is on until ", result.Text, StringComparison.Ordinal);
        ActiveOverride active = Assert.Single(_desk.Active());
        Assert.Equal(("global_shadow", "order", "too strict"), (active.Name, active.Source, active.Reason));
        Assert.InRange(active.ExpiresAt - _clock.GetUtcNow(), TimeSpan.FromMinutes(30), TimeSpan.FromMinutes(30) + TimeSpan.FromSeconds(1));
        Assert.NotNull(_engine.Overrides.GlobalShadow);

        _clock.StepWallClock(active.ExpiresAt - _clock.GetUtcNow());
        Assert.Empty(_desk.Active());
        _desk.Look();
        Assert.Null(_engine.Overrides.GlobalShadow);
        Assert.Contains("global_shadow is over, its time has come: too strict", _log.Lines);
        Assert.False(File.Exists(StateFile));
    }

    [Fact]
    public void EachIsOrderedAndEndedByItself()
    {
        _desk.Begin("shadow", "a", "1h");
        _desk.Begin("kill-switch", "b", "2h");
        Assert.Equal("global_shadow is off", _desk.End("shadow").Text);
        Assert.Equal("kill_switch_override", Assert.Single(_desk.Active()).Name);
        Assert.NotNull(_engine.Overrides.KillSwitchOverride);
        Assert.Equal("global_shadow was not on by order", _desk.End("global_shadow").Text);
    }

    [Fact]
    public void RestartKeepsWhatIsNotOver()
    {
        _desk.Begin("shadow", "short \"quoted\"", "1m");
        _desk.Begin("kill-switch", "long", "2h");
        _clock.StepWallClock(TimeSpan.FromMinutes(2));
        (_engine, _desk) = Begin();
        ActiveOverride active = Assert.Single(_desk.Active());
        Assert.Equal(("kill_switch_override", "long"), (active.Name, active.Reason));
        Assert.Null(_engine.Overrides.GlobalShadow);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(StateFile));
    }

    [Theory]
    [InlineData("torn")]
    [InlineData("[]")]
    [InlineData("""{"global_shadow": {"reason": 3, "expires_at": "2030-01-01T00:00:00Z"}}""")]
    [InlineData("""{"global_shadow": {"reason": "x", "expires_at": "soon"}}""")]
    public void BrokenStateIsToldAndNotEnforced(string text)
    {
        File.WriteAllText(StateFile, text);
        (_engine, _desk) = Begin();
        Assert.Empty(_desk.Active());
        Assert.Contains(_log.Lines, line => line.StartsWith("overrides that an earlier run kept", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("everything", "r", "1h", "'everything' is no override")]
    [InlineData("shadow", " ", "1h", "--reason is needed")]
    [InlineData("shadow", "a\nb", "1h", "--reason must be one line")]
    [InlineData("shadow", "r", "", "--for is needed")]
    [InlineData("shadow", "r", "forever", "--for is needed")]
    [InlineData("shadow", "r", "25h", "--for 25h is out of range: 1s to 24h")]
    [InlineData("shadow", "r", "10ms", "--for 10ms is out of range: 1s to 24h")]
    public void BadOrderChangesNothingAndSaysWhy(string name, string reason, string duration, string text)
    {
        OrderResult result = _desk.Begin(name, reason, duration);
        Assert.Equal(ExitCode.Invalid, result.Code);
        Assert.StartsWith(text, result.Text, StringComparison.Ordinal);
        Assert.Empty(_desk.Active());
    }

    [Fact]
    public void StateThatCannotBeWrittenIsToldAndTheOverrideHolds()
    {
        Directory.CreateDirectory(StateFile);
        Assert.EndsWith("or until a restart: the state directory cannot be written", _desk.Begin("shadow", "r", "1h").Text, StringComparison.Ordinal);
        Assert.Single(_desk.Active());
    }

    [Fact]
    public void BundlesOverrideIsShownAndAnOrderDoesNotEndIt()
    {
        string end = _clock.GetUtcNow().AddHours(1).UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", System.Globalization.CultureInfo.InvariantCulture);
        string bundle = $$"""{"bundle_version": 1, "policies": [], "global_shadow": {"enabled": true, "reason": "trial", "expires_at": "{{end}}"} }""";
        _engine.Apply(PolicyBundleReader.Read(System.Text.Encoding.UTF8.GetBytes(bundle), _clock.GetUtcNow()).Snapshot!);
        Assert.Equal("bundle", Assert.Single(_desk.Active()).Source);
        Assert.Contains("the bundle in force asks for it until", _desk.End("shadow").Text, StringComparison.Ordinal);
        Assert.Single(_desk.Active());
    }

    private (PolicyEngine Engine, OverrideDesk Desk) Begin()
    {
        var engine = new PolicyEngine(_table, 1);
        var desk = new OverrideDesk(engine, StateFile, _clock, _log);
        desk.LoadAtStart();
        return (engine, desk);
    }
}
