using Appliance.Hosting;
using Appliance.Tests.Journal;
using TestSupport;

namespace Appliance.Tests.Hosting;

public sealed class HashSeedFileTests : IDisposable
{
    private readonly TemporaryFolder _directory = new("appliance-seed-");
    private readonly RecordingLog _log = new();

    private string SeedFile => Path.Combine(_directory.FullName, "state", "hash-seed");

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void TheSeedIsMadeOnceAndKept()
    {
        ulong first = HashSeedFile.LoadOrCreate(SeedFile, _log);
        Assert.Equal(first, HashSeedFile.LoadOrCreate(SeedFile, _log));
        Assert.Empty(_log.Lines);
    }

    [Fact]
    public void TwoInstallationsHaveDifferentSeeds() =>
        Assert.NotEqual(HashSeedFile.LoadOrCreate(SeedFile, _log), HashSeedFile.LoadOrCreate(SeedFile + "2", _log));

    [Fact]
    public void OnlyTheOwnerMayReadIt()
    {
        HashSeedFile.LoadOrCreate(SeedFile, _log);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(SeedFile));
    }

    [Fact]
    public void ATornSeedIsReplaced()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(SeedFile)!);
        File.WriteAllBytes(SeedFile, [1, 2, 3]);
        ulong seed = HashSeedFile.LoadOrCreate(SeedFile, _log);
        Assert.Equal(8, new FileInfo(SeedFile).Length);
        Assert.Equal(seed, HashSeedFile.LoadOrCreate(SeedFile, _log));
    }

    [Fact]
    public void AnUnwritableStateDirectoryCostsOneWarningNotTheStart()
    {
        File.WriteAllText(_directory.PathOf("state"), "a file where the directory should be");
        HashSeedFile.LoadOrCreate(SeedFile, _log);
        Assert.Contains("cannot be written", Assert.Single(_log.Lines), StringComparison.Ordinal);
    }
}
