using Appliance.Cli;
using Appliance.Hosting;
using Appliance.Limiter;
using Appliance.Policies;
using Appliance.Tests.Hosting;
using Appliance.Tests.Journal;
using TestSupport;

namespace Appliance.Tests.Policies;

/// <summary>Back to an older good bundle, over polls, restarts and mended files.</summary>
public sealed class RollbackTests : IDisposable
{
    private readonly TemporaryFolder _directory = new("appliance-rollback-");
    private readonly LimiterTable _table = LimiterTable.Create(1 << 20, 1);
    private readonly RecordingLog _log = new();
    private readonly VirtualClock _clock = new();
    private PolicyEngine _engine;
    private PolicyFile _file;

    public RollbackTests()
    {
        (_engine, _file) = Begin();
        for (int version = 1; version <= 3; version++)
        {
            Write(version);
            _file.Poll();
        }
    }

    private string BundlePath => _directory.PathOf("policies.json");

    public void Dispose()
    {
        _table.Dispose();
        _directory.Dispose();
    }

    [Fact]
    public void RollbackGoesToThePreviousBundleAndTheFileStaysOutWhenLookedAtOrTouched()
    {
        OrderResult result = _file.Rollback(1);
        Assert.Equal(ExitCode.Ok, result.Code);
        Assert.StartsWith("rolled back from version 3 to 2, sha256 ", result.Text, StringComparison.Ordinal);
        Assert.Equal(_clock.GetUtcNow(), _file.Status.RolledBackAt);
        Assert.Contains(_log.Lines, line => line.StartsWith("operator: policy bundle rolled back from version 3 to 2", StringComparison.Ordinal));

        _file.Poll();
        File.SetLastWriteTimeUtc(BundlePath, new DateTime(2030, 1, 1, 0, 0, 0, DateTimeKind.Utc));
        _file.Poll();
        Assert.Equal(2, _engine.Current?.Version);
        Assert.Null(_file.Status.Error);
    }

    [Fact]
    public void SecondRollbackGoesFurtherBackNotForthAgain()
    {
        _file.Rollback(1);
        Assert.Equal(ExitCode.Ok, _file.Rollback(1).Code);
        Assert.Equal(1, _engine.Current?.Version);
        OrderResult third = _file.Rollback(1);
        Assert.Equal(ExitCode.Failed, third.Code);
        Assert.Equal("0 older good bundles are kept, not 1; nothing has changed", third.Text);
        Assert.Equal(1, _engine.Current?.Version);
    }

    [Fact]
    public void TwoStepsAtOnceAreTwoRollbacks()
    {
        Assert.Equal(ExitCode.Ok, _file.Rollback(2).Code);
        Assert.Equal(1, _engine.Current?.Version);
        Assert.Equal(ExitCode.Failed, _file.Rollback(1).Code);
    }

    [Fact]
    public void ChangedFileEndsTheRollbackAndWhatWasRolledBackFromIsNeverGoneBackTo()
    {
        _file.Rollback(1);
        Write(4);
        _file.Poll();
        Assert.Equal(4, _engine.Current?.Version);
        Assert.Null(_file.Status.RolledBackAt);
        Assert.Equal(["in_force 4", "rolled_back 3", "good 2", "good 1"], States());

        Assert.Equal(ExitCode.Ok, _file.Rollback(1).Code);
        Assert.Equal(2, _engine.Current?.Version);
    }

    [Fact]
    public void ChangedFileIsTakenByItsVersionAgainstTheBundleInForce()
    {
        _file.Rollback(1);
        Write(2, burst: 9);
        _file.Poll();
        Assert.Contains("version_not_monotonic", _file.Status.Error, StringComparison.Ordinal);
        Write(3, burst: 9);
        _file.Poll();
        Assert.Equal(3, _engine.Current?.Version);
    }

    [Fact]
    public void ReloadBringsTheFileBack()
    {
        _file.Rollback(1);
        _file.Commit(BundlePath, new BundleTerms(), _file.Prepare(BundlePath, new BundleTerms()));
        _file.Poll();
        Assert.Equal(3, _engine.Current?.Version);
        Assert.Null(_file.Status.RolledBackAt);
        (_engine, _file) = Begin();
        Assert.Equal(3, _engine.Current?.Version); // the mark is gone, too
    }

    [Fact]
    public void RollbackOutlivesARestart()
    {
        _file.Rollback(1);
        (_engine, _file) = Begin();
        Assert.Equal(2, _engine.Current?.Version);
        Assert.NotNull(_file.Status.RolledBackAt);
        Assert.Null(_file.Status.Error);
        Assert.Contains(_log.Lines, line => line.Contains("stays out, an operator rolled back from it: version 2 is enforced", StringComparison.Ordinal));
        _file.Poll();
        Assert.Equal(2, _engine.Current?.Version);
    }

    [Fact]
    public void BrokenFileAfterARollbackIsToldAsBroken()
    {
        _file.Rollback(1);
        WriteText("{ broken");
        _file.Poll();
        Assert.Equal(2, _engine.Current?.Version);
        Assert.StartsWith($"{BundlePath}:1:", _file.Status.Error, StringComparison.Ordinal);
        File.Delete(BundlePath);
        _file.Poll();
        Assert.Contains("no such file", _file.Status.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void KeptBundleThatIsBrokenIsNotGoneBackTo()
    {
        File.WriteAllText(_file.ListKept()[1].File, "torn");
        OrderResult result = _file.Rollback(1);
        Assert.Equal(ExitCode.Failed, result.Code);
        Assert.EndsWith("the kept bundle cannot be used any more; nothing has changed", result.Text, StringComparison.Ordinal);
        Assert.Equal(3, _engine.Current?.Version);
        Assert.Equal(ExitCode.Ok, _file.Rollback(2).Code);
        Assert.Equal(1, _engine.Current?.Version);
    }

    [Fact]
    public void WithoutKeptBundlesThereIsNothingToGoBackTo()
    {
        Directory.Delete(_directory.PathOf("kept"), recursive: true);
        Assert.Equal("0 older good bundles are kept, not 1; nothing has changed", _file.Rollback(1).Text);
    }

    [Fact]
    public void WhatIsKeptIsListedAfterTheNextLook()
    {
        _file.Poll();
        Assert.Equal(["in_force 3", "good 2", "good 1"], States());
        Assert.All(_file.Kept, kept => Assert.Equal(64, kept.Sha256.Length));
    }

    [Theory]
    [InlineData("""{"policies": [{"bundle_version": 7}], "bundle_version": 2.5}""", "2.5")]
    [InlineData("""{"bundle_version": "2"}""", "")]
    [InlineData("""{"policies": []}""", "")]
    [InlineData("[1]", "")]
    [InlineData("torn", "")]
    [InlineData("", "")]
    public void VersionIsFoundWithoutCompiling(string bundle, string version) =>
        Assert.Equal(version, BundleVersionText.Of(System.Text.Encoding.UTF8.GetBytes(bundle)));

    /// <summary>As the history shows them.</summary>
    private IEnumerable<string> States() => _file.ListKept().Select(
        kept => $"{(kept.IsSetAside ? "rolled_back" : kept.Sha256 == _file.InForce ? "in_force" : "good")} {kept.Version}");

    private (PolicyEngine Engine, PolicyFile File) Begin()
    {
        var engine = new PolicyEngine(_table, 1);
        var file = new PolicyFile(engine, BundlePath, new BundleTerms(), new BundleArchive(_directory.PathOf("kept")), _clock, _log);
        file.LoadAtStart();
        return (engine, file);
    }

    private void Write(int version, int burst = 5) => WriteText(DaemonUnderTest.BundleText(version, burst));

    private void WriteText(string text)
    {
        File.WriteAllText(BundlePath + ".new", text);
        File.Move(BundlePath + ".new", BundlePath, overwrite: true);
    }
}
