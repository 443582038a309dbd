using System.Net;
using System.Net.Sockets;
using System.Text.Json;

namespace Appliance.Tests.Hosting;

/// <summary>Reload of the config in the real binary: applied whole, or refused whole with the reason.</summary>
public sealed class ReloadTests : IDisposable
{
    private readonly DaemonUnderTest _daemon = new();
    private readonly Upstream _one = new("one");
    private readonly Upstream _two = new("two");

    public ReloadTests()
    {
        _daemon.WriteConfig(_one.Port);
        _daemon.StartAndWaitUntilReady();
    }

    public void Dispose()
    {
        _daemon.Dispose();
        _one.Dispose();
        _two.Dispose();
    }

    [Fact]
    public async Task AChangedUpstreamServesTheNextRequest()
    {
        Assert.Equal("one", await GetAsync());
        _daemon.WriteConfig(_two.Port);
        (int code, string output, _) = _daemon.Command("reload");
        Assert.Equal(0, code);
        Assert.Contains("upstreams", output, StringComparison.Ordinal);
        Assert.Equal("two", await GetAsync());
        _daemon.WaitForNotification("RELOADING=1");
        _daemon.WaitForNotification("READY=1");
    }

    [Fact]
    public async Task AnInvalidConfigIsRefusedWithEveryMistakeAndTheOldOneStays()
    {
        _daemon.WriteConfig(_two.Port, more: "admn: {}\nlgo: {}\n");
        (int code, string output, string errors) = _daemon.Command("reload");
        Assert.Equal(2, code);
        Assert.Empty(output);
        Assert.Contains("admn", errors, StringComparison.Ordinal);
        Assert.Contains("lgo", errors, StringComparison.Ordinal);
        Assert.Equal("one", await GetAsync());
        using JsonDocument status = JsonDocument.Parse(_daemon.Command("status", "--json").Output);
        Assert.Contains("admn", status.RootElement.GetProperty("reload").GetProperty("error").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task AChangeThatNeedsARestartIsRefusedByNameAndNothingElseIsApplied()
    {
        _daemon.WriteConfig(_two.Port);
        string text = await File.ReadAllTextAsync(_daemon.ConfigFile);
        await File.WriteAllTextAsync(_daemon.ConfigFile, text.Replace("node: test", "node: other", StringComparison.Ordinal));
        (int code, _, string errors) = _daemon.Command("reload");
        Assert.Equal(1, code);
        Assert.Matches(@":1:\d+: node: cannot be changed while the daemon runs", errors);
        Assert.Equal("one", await GetAsync());
    }

    [Fact]
    public async Task AnAddressInUseIsRefusedAndTheOldListenersStay()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        string text = await File.ReadAllTextAsync(_daemon.ConfigFile);
        await File.WriteAllTextAsync(
            _daemon.ConfigFile,
            text.Replace(
                "upstreams:",
                $"  - name: second\n    address: {taken.LocalEndpoint}\n    protocol: tcp\n    upstream: web\nupstreams:",
                StringComparison.Ordinal));
        (int code, _, string errors) = _daemon.Command("reload");
        Assert.Equal(1, code);
        Assert.Contains("second", errors, StringComparison.Ordinal);
        Assert.Equal("one", await GetAsync());
    }

    [Fact]
    public async Task SighupReloadsToo()
    {
        _daemon.WriteConfig(_two.Port);
        _daemon.Signal("HUP");
        Assert.Equal("two", await _daemon.EventuallyAsync(GetAsync, seen => seen == "two"));
    }

    private Task<string> GetAsync() => _daemon.Http.GetStringAsync(new Uri($"http://127.0.0.1:{_daemon.WebPort}/"));
}
