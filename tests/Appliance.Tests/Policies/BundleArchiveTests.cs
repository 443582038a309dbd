using System.Text;
using Appliance.Policies;
using TestSupport;

namespace Appliance.Tests.Policies;

public sealed class BundleArchiveTests : IDisposable
{
    private readonly TemporaryFolder _directory = new("appliance-archive-");
    private readonly BundleArchive _archive;

    public BundleArchiveTests() => _archive = new BundleArchive(_directory.PathOf("bundles"));

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void TheLastThreeAreKeptNewestFirst()
    {
        foreach (string bundle in (string[])["one", "two", "three", "four", "five"]) Keep(bundle);
        Assert.Equal(["five", "four", "three"], _archive.Newest().Select(File.ReadAllText));
    }

    [Fact]
    public void TheSameBundleTwiceDoesNotPushOutAnother()
    {
        foreach (string bundle in (string[])["one", "two", "two", "two", "two"]) Keep(bundle);
        Assert.Equal(["two", "one"], _archive.Newest().Select(File.ReadAllText));
    }

    [Fact]
    public void StrayFilesAreNotBundles()
    {
        Keep("one");
        File.WriteAllText(Path.Combine(_directory.FullName, "bundles", "notes.json"), "stray");
        File.WriteAllText(Path.Combine(_directory.FullName, "bundles", "0000000009.json.77.new"), "torn");
        Assert.Equal(["one"], _archive.Newest().Select(File.ReadAllText));
    }

    [Fact]
    public void OnlyTheOwnerMayReadThem()
    {
        Keep("one");
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(_archive.Newest()[0]));
    }

    [Fact]
    public void AMissingDirectoryHoldsNone() => Assert.Empty(_archive.Newest());

    private void Keep(string bundle) => _archive.Keep(Encoding.UTF8.GetBytes(bundle));
}
