using System.Runtime.Versioning;
using System.Text;
using Appliance.Configuration;
using TestSupport;

namespace Appliance.Tests.Configuration;

[SupportedOSPlatform("linux")]
public sealed class ClusterKeyFileTests : IDisposable
{
    private const string Good = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
    private readonly TemporaryFolder _folder = new("appliance-keys-");
    private readonly string _path;

    public ClusterKeyFileTests() => _path = _folder.PathOf("keys");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void FirstKeySignsAndAllAreKept()
    {
        ClusterKeyResult result = Read($"# new\n7 {Good}\r\n\n  3\t{Good}  \n");

        Assert.Empty(result.Errors);
        Assert.Equal([7, 3], result.Keys.Select(k => (int)k.Id));
    }

    [Fact]
    public void SecretIsWhatTheBase64Says()
    {
        byte[] secret = new byte[64];

        Assert.Null(ClusterKeyFile.Decode("7 " + Good, secret, out byte id, out int length));
        Assert.Equal(7, id);
        Assert.Equal(Enumerable.Range(0, 32).Select(i => (byte)i), secret[..length]);
    }

    [Theory]
    [InlineData("", ": the file holds no key; a line is ID BASE64")]
    [InlineData("# 1 x", ": the file holds no key; a line is ID BASE64")]
    [InlineData(Good, ":1:1: the line is not ID BASE64")]
    [InlineData("x " + Good, ":1:1: the id is not a whole number from 1 to 255")]
    [InlineData("0 " + Good, ":1:1: the id is not a whole number from 1 to 255")]
    [InlineData("1 c2hvcnQ=", ":1:1: the secret has 5 bytes; at least 16 are needed")]
    [InlineData("1 not*base64", ":1:1: the secret is not base64 of at most 256 bytes")]
    [InlineData("1 " + Good + "\n1 " + Good, ":2:1: the id 1 is already used")]
    public void MistakeIsNamedWithoutTheSecret(string content, string expected)
    {
        ClusterKeyResult result = Read(content);

        Assert.Empty(result.Keys);
        Assert.Equal(_path + expected, Assert.Single(result.Errors).ToString());
    }

    [Fact]
    public void AllMistakesAreNamed() => Assert.Equal([1, 3], Read("nonsense\n1 " + Good + "\n2").Errors.Select(e => e.Line));

    [Fact]
    public void FileOpenToEverybodyIsRefused()
    {
        ClusterKeyResult result = Read("1 " + Good, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.OtherRead);

        Assert.Empty(result.Keys);
        Assert.False(result.NotPermitted);
        Assert.Equal($"{_path}: the file is open to everybody on this machine; chmod 0640 it", Assert.Single(result.Errors).ToString());
    }

    [Fact]
    public void ModeOfTheTargetCountsNotThatOfALink()
    {
        File.WriteAllText(_path, "1 " + Good, Encoding.ASCII);
        File.SetUnixFileMode(_path, UnixFileMode.UserRead | UnixFileMode.GroupRead);
        string link = _path + ".link";
        File.CreateSymbolicLink(link, _path);
        Assert.Empty(ClusterKeyFile.Read(link).Errors);
    }

    [Fact]
    public void MissingFileIsTold()
    {
        ClusterKeyResult result = ClusterKeyFile.Read(_path);

        Assert.True(result.NotFound);
        Assert.Equal($"{_path}: the file does not exist", Assert.Single(result.Errors).ToString());
    }

    [Fact]
    public void KeyPrintsItsIdOnly() => Assert.Equal("key 9", Read("9 " + Good).Keys[0].ToString());

    private ClusterKeyResult Read(string content, UnixFileMode mode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead)
    {
        File.WriteAllText(_path, content, Encoding.ASCII);
        File.SetUnixFileMode(_path, mode);
        return ClusterKeyFile.Read(_path);
    }
}
