using Appliance.Limiter;
using Appliance.Policies;
using Appliance.Tests.Hosting;
using Appliance.Tests.Journal;
using TestSupport;

namespace Appliance.Tests.Policies;

public sealed class PolicyFileTests : IDisposable
{
    private readonly TemporaryFolder _directory = new("appliance-bundle-");
    private readonly LimiterTable _table = LimiterTable.Create(1 << 20, 1);
    private readonly RecordingLog _log = new();
    private readonly VirtualClock _clock = new();
    private readonly PolicyEngine _engine;

    public PolicyFileTests() => _engine = new PolicyEngine(_table, 1);

    private string BundlePath => _directory.PathOf("policies.json");

    private BundleArchive Archive => new(_directory.PathOf("kept"));

    public void Dispose()
    {
        _table.Dispose();
        _directory.Dispose();
    }

    [Fact]
    public void AGoodFileIsAppliedAndKept()
    {
        Write(1);
        PolicyFile file = Load();
        Assert.Equal(1, _engine.Current?.Version);
        Assert.Equal(new PolicyFileStatus { LoadedAt = _clock.GetUtcNow(), Applied = 1 }, file.Status);
        Assert.Equal(DaemonUnderTest.BundleText(1, 5), File.ReadAllText(Assert.Single(Archive.Newest())));
    }

    [Fact]
    public void AChangedFileIsAppliedAtTheNextLook()
    {
        Write(1);
        PolicyFile file = Load();
        file.Poll();
        Write(2);
        file.Poll();
        Assert.Equal(2, _engine.Current?.Version);
        Assert.Equal(2, file.Status.Applied);
    }

    [Fact]
    public void ABadFileNeverReplacesAGoodBundleAndTheReasonIsShownWithItsPlace()
    {
        Write(1);
        PolicyFile file = Load();
        WriteText("{\n  \"bundle_version\": \"two\", \"policies\": []\n}");
        file.Poll();
        Assert.Equal(1, _engine.Current?.Version);
        Assert.StartsWith($"{BundlePath}:2:", file.Status.Error, StringComparison.Ordinal);
        Assert.Contains(_log.Lines, line => line.Contains(":2:", StringComparison.Ordinal) && line.Contains("bundle_version", StringComparison.Ordinal));

        long refused = file.Status.Refused;
        file.Poll();
        Assert.Equal(refused, file.Status.Refused); // said once, not each second

        Write(2);
        file.Poll();
        Assert.Equal(2, _engine.Current?.Version);
        Assert.Null(file.Status.Error);
    }

    [Fact]
    public void AFileThatVanishesTakesNothingAway()
    {
        Write(1);
        PolicyFile file = Load();
        File.Delete(BundlePath);
        file.Poll();
        Assert.Equal(1, _engine.Current?.Version);
        Assert.Contains("no such file", file.Status.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(2, 1)]
    [InlineData(2, 2)]
    public void AVersionThatDoesNotGrowIsRefused(int running, int next)
    {
        Write(running);
        PolicyFile file = Load();
        Write(next, burst: 9);
        file.Poll();
        Assert.Equal(running, _engine.Current?.Version);
        Assert.Contains("version_not_monotonic", file.Status.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void AnOperatorsReloadTakesAnyVersion()
    {
        Write(2);
        PolicyFile file = Load();
        Write(1);
        BundleRead prepared = file.Prepare(BundlePath, new BundleTerms());
        Assert.Equal(2, _engine.Current?.Version); // nothing yet
        file.Commit(BundlePath, new BundleTerms(), prepared);
        Assert.Equal(1, _engine.Current?.Version);
        file.Poll();
        Assert.Null(file.Status.Error);
    }

    [Fact]
    public void ATouchedFileIsNoNewBundle()
    {
        Write(1);
        PolicyFile file = Load();
        File.SetLastWriteTimeUtc(BundlePath, new DateTime(2030, 1, 1, 0, 0, 0, DateTimeKind.Utc));
        file.Poll();
        Assert.Equal(new PolicyFileStatus { LoadedAt = _clock.GetUtcNow(), Applied = 1 }, file.Status);
    }

    [Fact]
    public void AStartWithABrokenFileEnforcesTheLastGoodBundle()
    {
        Write(1);
        PolicyFile first = Load();
        Write(2);
        first.Poll();

        WriteText("{ broken");
        var second = new PolicyEngine(_table, 1);
        var file = new PolicyFile(second, BundlePath, new BundleTerms(), Archive, _clock, _log);
        file.LoadAtStart();
        Assert.Equal(2, second.Current?.Version);
        Assert.True(file.Status.FromArchive);
        Assert.NotNull(file.Status.Error);

        Write(3);
        file.Poll();
        Assert.Equal(3, second.Current?.Version);
        Assert.False(file.Status.FromArchive);
    }

    [Fact]
    public void AKeptBundleThatIsBrokenTooIsPassedOver()
    {
        Write(1);
        PolicyFile first = Load();
        Write(2);
        first.Poll();
        File.WriteAllText(Archive.Newest()[0], "torn");
        File.Delete(BundlePath);
        var second = new PolicyEngine(_table, 1);
        new PolicyFile(second, BundlePath, new BundleTerms(), Archive, _clock, _log).LoadAtStart();
        Assert.Equal(1, second.Current?.Version);
    }

    [Fact]
    public void WithNothingUsableThereIsNoBundleAndTheLogSaysWhatToDo()
    {
        PolicyFile file = Load();
        Assert.Null(_engine.Current);
        Assert.Null(file.Status.LoadedAt);
        Assert.Contains(_log.Lines, line => line.StartsWith("no usable policy bundle", StringComparison.Ordinal));
        Write(1);
        file.Poll();
        Assert.Equal(1, _engine.Current?.Version);
    }

    [Fact]
    public void ABundleThatCannotBeKeptIsEnforcedAllTheSame()
    {
        File.WriteAllText(_directory.PathOf("kept"), "a file where the directory should be");
        Write(1);
        Load();
        Assert.Equal(1, _engine.Current?.Version);
        Assert.Contains(_log.Lines, line => line.Contains("could not be kept", StringComparison.Ordinal));
    }

    private PolicyFile Load()
    {
        var file = new PolicyFile(_engine, BundlePath, new BundleTerms(), Archive, _clock, _log);
        file.LoadAtStart();
        return file;
    }

    private void Write(int version, int burst = 5) => WriteText(DaemonUnderTest.BundleText(version, burst));

    private void WriteText(string text)
    {
        File.WriteAllText(BundlePath + ".new", text);
        File.Move(BundlePath + ".new", BundlePath, overwrite: true);
    }
}
