using Appliance.Configuration;
using Appliance.Hosting;
using Appliance.Proxy.Configuration;
using Appliance.Tests.Configuration;
using Appliance.Tests.Journal;
using TestSupport;

namespace Appliance.Tests.Hosting;

public sealed class ClusterSecretsTests : IDisposable
{
    private static readonly string First = Convert.ToBase64String(Enumerable.Repeat((byte)1, 32).ToArray());
    private static readonly string Second = Convert.ToBase64String(Enumerable.Repeat((byte)2, 32).ToArray());

    private readonly TemporaryFolder _home = new("appliance-test-");
    private readonly RecordingLog _log = new();
    private readonly ClusterSecrets _secrets;

    public ClusterSecretsTests() => _secrets = new ClusterSecrets(At("single.key"), _log);

    public void Dispose() => _home.Dispose();

    [Fact]
    public void SingleNodeUsesItsFile()
    {
        Write("single.key", $"3 {First}\n4 {Second}\n");

        SharedKey[] keys = [.. _secrets.Read(Loading.Good(""))];

        Assert.Equal([(3, 1), (4, 2)], keys.Select(k => ((int)k.Id, (int)k.Secret.Span[31])));
    }

    [Fact]
    public void SingleNodeWithoutAFileHasNoneAndSaysSo()
    {
        Assert.True(_secrets.Read(Loading.Good("")).IsEmpty);
        Assert.Contains("no cluster secret", Assert.Single(_log.Lines), StringComparison.Ordinal);
    }

    [Fact]
    public void PairUsesTheFileOfItsConfig()
    {
        Write("single.key", $"3 {First}\n");
        Write("pair.key", $"9 {Second}\n");
        ApplianceConfig config = Loading.Good(
            $"ha:\n  primary: true\n  interface: eth0\n  virtual_router_id: 51\n  virtual_addresses: [192.0.2.100/24]\n  secret_file: {At("pair.key")}\n");

        Assert.Equal(9, Assert.Single(_secrets.Read(config)).Id);
    }

    [Fact]
    public void FileThatBecomesUnreadableLeavesTheKeysInForceAndANewOneReplacesThem()
    {
        Write("single.key", $"3 {First}\n");
        _secrets.Read(Loading.Good(""));
        Write("single.key", "rubbish\n");
        Assert.Equal(3, Assert.Single(_secrets.Read(Loading.Good(""))).Id);
        Assert.Contains("stay in force", Assert.Single(_log.Lines), StringComparison.Ordinal);
        Write("single.key", $"5 {Second}\n");
        Assert.Equal(5, Assert.Single(_secrets.Read(Loading.Good(""))).Id);
    }

    private string At(string name) => _home.PathOf(name);

    private void Write(string name, string text)
    {
        File.WriteAllText(At(name), text);
        File.SetUnixFileMode(At(name), UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }
}
