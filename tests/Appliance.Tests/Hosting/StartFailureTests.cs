using System.Net;
using System.Net.Sockets;

namespace Appliance.Tests.Hosting;

/// <summary>Bad input to `run`: one clear line each, the exit code of product.md section 3, nothing left behind.</summary>
public sealed class StartFailureTests : IDisposable
{
    private readonly DaemonUnderTest _daemon = new();

    public void Dispose() => _daemon.Dispose();

    [Fact]
    public void AnUnknownKeyIsNamedWithItsPlace()
    {
        _daemon.WriteConfig(1, more: "admn: {}\n");
        string line = FailsWith(2);
        Assert.Matches(@"appliance\.yaml:\d+:1: admn: .*did you mean admin\?$", line);
    }

    [Fact]
    public void EveryMistakeIsToldNotOnlyTheFirst()
    {
        _daemon.WriteConfig(1, more: "admn: {}\nlgo: {}\n");
        (int code, _, string errors) = _daemon.Command("check", "--config", _daemon.ConfigFile);
        Assert.Equal(2, code);
        Assert.Contains("admn", errors, StringComparison.Ordinal);
        Assert.Contains("lgo", errors, StringComparison.Ordinal);
    }

    [Fact]
    public void AMissingConfigIsNamed() => Assert.StartsWith(_daemon.ConfigFile + ": ", FailsWith(2), StringComparison.Ordinal);

    [Fact]
    public void APortInUseIsNamedWithItsListener()
    {
        using var taken = new TcpListener(IPAddress.Loopback, _daemon.WebPort);
        taken.Start();
        _daemon.WriteConfig(1);
        string line = FailsWith(1);
        Assert.Contains("web", line, StringComparison.Ordinal);
        Assert.Contains($"127.0.0.1:{_daemon.WebPort}", line, StringComparison.Ordinal);
        AssertFree(_daemon.AdminPort);
    }

    [Fact]
    public void ASecondDaemonInTheSameDirectoriesIsRefusedAndTheFirstGoesOn()
    {
        _daemon.WriteConfig(1);
        _daemon.StartAndWaitUntilReady();
        string other = Path.Combine(_daemon.Home, "other.yaml");
        File.WriteAllText(other, $"admin:\n  address: 127.0.0.1:{DaemonUnderTest.FreePort()}\n");
        (int code, _, string errors) = _daemon.Command("run", "--config", other);
        Assert.Equal(1, code);
        Assert.Contains("control.sock", LastLine(errors), StringComparison.Ordinal);
        Assert.Equal(0, _daemon.Command("status").Code);
    }

    [Fact]
    public void AnUnreadableConfigIsAQuestionOfPermission()
    {
        if (!DaemonUnderTest.CanDropRights()) return;
        _daemon.WriteConfig(1);
        _daemon.OpenToNobody();
        File.SetUnixFileMode(_daemon.ConfigFile, UnixFileMode.UserRead);
        (int code, _, string errors) = _daemon.RunAsNobody();
        Assert.Equal(4, code);
        Assert.StartsWith(_daemon.ConfigFile + ": ", Assert.Single(Lines(errors)), StringComparison.Ordinal);
    }

    [Fact]
    public void ARuntimeDirectoryOfSomebodyElseIsAQuestionOfPermission()
    {
        if (!DaemonUnderTest.CanDropRights()) return;
        _daemon.WriteConfig(1);
        _daemon.OpenToNobody();
        (int code, _, string errors) = _daemon.RunAsNobody();
        Assert.Equal(4, code);
        Assert.Contains(_daemon.RuntimeDirectory, LastLine(errors), StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries(_daemon.RuntimeDirectory));
        AssertFree(_daemon.AdminPort);
        AssertFree(_daemon.WebPort);
    }

    [Fact]
    public void ASocketPathThatIsTooLongIsSaid()
    {
        _daemon.WriteConfig(1);
        _daemon.Environment["RUNTIME_DIRECTORY"] = Path.Combine(_daemon.Home, new string('x', 100));
        Assert.Contains("RUNTIME_DIRECTORY", FailsWith(2), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(2, "bogus")]
    [InlineData(2, "run", "--bogus")]
    [InlineData(2, "standby", "perhaps")]
    [InlineData(2, "top")]
    [InlineData(2, "policy", "test", "x.json", "--requests", "y.json")]
    [InlineData(3, "status")]
    [InlineData(3, "reload")]
    public void UsageAndAbsenceHaveTheirCodes(int expected, params string[] arguments)
    {
        (int code, string output, string errors) = _daemon.Command(arguments);
        Assert.Equal(expected, code);
        Assert.Empty(output);
        Assert.NotEmpty(errors);
    }

    [Fact]
    public void TheVersionIsPrinted()
    {
        (int code, string output, _) = _daemon.Command("version");
        Assert.Equal(0, code);
        Assert.Matches(@"^appliance \d+\.\d+\.\d+\s*$", output);
        Assert.Equal(output, _daemon.Command("--version").Output);
    }

    /// <returns>The one line that says why.</returns>
    private string FailsWith(int expected)
    {
        (int code, _, string errors) = _daemon.Command("run", "--config", _daemon.ConfigFile);
        Assert.Equal(expected, code);
        Assert.Empty(Directory.GetFileSystemEntries(_daemon.RuntimeDirectory));
        return LastLine(errors);
    }

    private static void AssertFree(int port)
    {
        using var probe = new TcpListener(IPAddress.Loopback, port);
        probe.Start();
    }

    private static string[] Lines(string text) => text.Split('\n', StringSplitOptions.RemoveEmptyEntries);

    /// <summary>Log lines may come before it: the daemon had begun to start.</summary>
    private static string LastLine(string text) => Lines(text)[^1];
}
