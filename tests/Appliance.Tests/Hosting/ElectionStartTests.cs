namespace Appliance.Tests.Hosting;

/// <summary>What keeps one of a pair from starting, and what `cleanup` does without and beside a daemon.</summary>
public sealed class ElectionStartTests : IDisposable
{
    private readonly DaemonUnderTest _daemon = new();

    private string SecretFile => Path.Combine(_daemon.Home, "cluster.key");

    public void Dispose() => _daemon.Dispose();

    [Fact]
    public void AMissingSecretIsNamedWithItsKeyAndFile()
    {
        WriteConfig("lo");
        foreach (string command in (string[])["check", "run"])
        {
            (int code, _, string errors) = _daemon.Command(command, "--config", _daemon.ConfigFile);
            Assert.Equal(2, code);
            Assert.Contains($"ha.secret_file: {SecretFile}: ", LastLine(errors), StringComparison.Ordinal);
        }

        Assert.Empty(Directory.GetFileSystemEntries(_daemon.RuntimeDirectory));
    }

    [Fact]
    public void ASecretIsNeverRepeated()
    {
        WriteConfig("lo");
        File.WriteAllText(SecretFile, "1 dGhlLXNlY3JldA==\n"); // too short
        File.SetUnixFileMode(SecretFile, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        (int code, string output, string errors) = _daemon.Command("run", "--config", _daemon.ConfigFile);
        Assert.Equal(2, code);
        Assert.DoesNotContain("dGhl", output + errors, StringComparison.Ordinal);
    }

    [Fact]
    public void AnInterfaceThatIsNotThereIsNamedAndNothingStaysOpen()
    {
        WriteConfig("nosuch0");
        WriteSecret();
        (int code, _, string errors) = _daemon.Command("run", "--config", _daemon.ConfigFile);
        Assert.Equal(1, code);
        Assert.Contains("nosuch0", LastLine(errors), StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries(_daemon.RuntimeDirectory));
    }

    [Fact]
    public void WithoutTheCapabilitiesItSaysSoAndNothingStaysOpen()
    {
        if (!DaemonUnderTest.CanDropRights()) return;
        WriteConfig("lo");
        WriteSecret();
        _daemon.OpenToNobody(SecretFile, _daemon.RuntimeDirectory);
        (int code, _, string errors) = _daemon.RunAsNobody();
        Assert.Equal(4, code);
        Assert.Contains("CAP_NET_", LastLine(errors), StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries(_daemon.RuntimeDirectory));
    }

    [Fact]
    public void CleanupLeavesALivingDaemonAlone()
    {
        _daemon.WriteConfig(1);
        _daemon.StartAndWaitUntilReady();
        (int code, _, string errors) = _daemon.Command("cleanup", "--config", _daemon.ConfigFile);
        Assert.Equal(1, code);
        Assert.Contains("the daemon runs", errors, StringComparison.Ordinal);
        Assert.Equal(0, _daemon.Command("status").Code);
    }

    [Fact]
    public void CleanupOfASingleNodeRemovesItsStaleSocket()
    {
        _daemon.WriteConfig(1);
        _daemon.StartAndWaitUntilReady();
        _daemon.Signal("KILL");
        _daemon.WaitForExit();
        Assert.NotEmpty(Directory.GetFileSystemEntries(_daemon.RuntimeDirectory));
        Assert.Equal(0, _daemon.Command("cleanup", "--config", _daemon.ConfigFile).Code);
        Assert.Empty(Directory.GetFileSystemEntries(_daemon.RuntimeDirectory));
    }

    [Fact]
    public void CleanupWithoutARuntimeDirectoryHasNothingToRemove()
    {
        WriteConfig("lo");
        Directory.Delete(_daemon.RuntimeDirectory, recursive: true);
        (int code, _, string errors) = _daemon.Command("cleanup", "--config", _daemon.ConfigFile);
        Assert.True(code == 0, errors);
    }

    [Fact]
    public void CleanupWithoutAFitPeerLeavesTheAddressToItsLifetime()
    {
        WriteConfig("lo");
        (int code, string output, _) = _daemon.Command("cleanup", "--config", _daemon.ConfigFile);
        Assert.Equal(0, code);
        Assert.StartsWith("no fit peer was known", output, StringComparison.Ordinal);
    }

    private void WriteConfig(string networkInterface) => _daemon.WriteConfig(1, more: $"""
        ha:
          primary: true
          interface: {networkInterface}
          virtual_router_id: 51
          virtual_addresses: [192.0.2.100/24]
          address: 198.51.100.1
          peer: 198.51.100.2
          secret_file: {SecretFile}

        """);

    private void WriteSecret()
    {
        File.WriteAllText(SecretFile, $"1 {Convert.ToBase64String(new byte[32])}\n");
        File.SetUnixFileMode(SecretFile, UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }

    private static string LastLine(string text) => text.Split('\n', StringSplitOptions.RemoveEmptyEntries)[^1];
}
