using System.Net;
using System.Text.Json;

namespace Appliance.Tests.Hosting;

/// <summary>The real binary from start to stop.</summary>
public sealed class DaemonLifeTests : IDisposable
{
    private readonly DaemonUnderTest _daemon = new();

    public void Dispose() => _daemon.Dispose();

    [Fact]
    public async Task ItTellsSystemdServesAndLeavesNothingBehind()
    {
        using var upstream = new Upstream("hello");
        _daemon.WriteConfig(upstream.Port);
        _daemon.Start();
        Assert.Contains("STATUS=Running, single node", _daemon.WaitForNotification("READY=1"), StringComparison.Ordinal);
        Assert.Equal("hello", await _daemon.Http.GetStringAsync(Web()));
        Assert.Equal("ok\n", await _daemon.Http.GetStringAsync("/livez"));

        _daemon.Signal("TERM");
        _daemon.WaitForNotification("STOPPING=1");
        Assert.Equal(0, _daemon.WaitForExit());
        Assert.Empty(Directory.GetFileSystemEntries(_daemon.RuntimeDirectory));
    }

    [Fact]
    public async Task SigtermIsNotReadyAtOnceAndLetsAnAnswerFinish()
    {
        using var upstream = new Upstream("slow", gated: true);
        _daemon.WriteConfig(upstream.Port);
        _daemon.StartAndWaitUntilReady();
        Task<string> answer = _daemon.Http.GetStringAsync(Web());
        await upstream.WaitForRequestAsync();

        _daemon.Signal("TERM");
        _daemon.WaitForNotification("STOPPING=1");
        using HttpResponseMessage ready = await _daemon.Http.GetAsync("/readyz");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, ready.StatusCode);
        Assert.Contains("draining", await ready.Content.ReadAsStringAsync(), StringComparison.Ordinal);

        upstream.Release();
        Assert.Equal("slow", await answer);
        Assert.Equal(0, _daemon.WaitForExit());
    }

    [Fact]
    public async Task ConnectionsAreCutAndCountedAtTheDrainLimit()
    {
        using var upstream = new Upstream("never", gated: true);
        _daemon.WriteConfig(upstream.Port, more: "drain_timeout: 200ms\n");
        _daemon.StartAndWaitUntilReady();
        Task<string> answer = _daemon.Http.GetStringAsync(Web());
        await upstream.WaitForRequestAsync();
        _daemon.Signal("TERM");
        Assert.Equal(0, _daemon.WaitForExit());
        await Assert.ThrowsAsync<HttpRequestException>(() => answer);
        Assert.Contains("1 connections were cut", _daemon.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ASecondSignalDoesNotWaitForTheDrain()
    {
        using var upstream = new Upstream("never", gated: true);
        _daemon.WriteConfig(upstream.Port, more: "drain_timeout: 10m\n");
        _daemon.StartAndWaitUntilReady();
        Task<string> answer = _daemon.Http.GetStringAsync(Web());
        await upstream.WaitForRequestAsync();
        _daemon.Signal("TERM");
        _daemon.WaitForNotification("STOPPING=1");
        _daemon.Signal("INT");
        Assert.Equal(0, _daemon.WaitForExit());
        await Assert.ThrowsAsync<HttpRequestException>(() => answer);
    }

    [Fact]
    public void TheWatchdogIsServed()
    {
        _daemon.Environment["WATCHDOG_USEC"] = "400000";
        _daemon.WriteConfig(1);
        _daemon.StartAndWaitUntilReady();
        for (int ping = 0; ping < 3; ping++) Assert.Equal("WATCHDOG=1", _daemon.WaitForNotification("WATCHDOG=1"));
    }

    [Fact]
    public void StatusIsShownToPeopleAndPrograms()
    {
        _daemon.WriteConfig(1);
        _daemon.StartAndWaitUntilReady();
        (int code, string text, _) = _daemon.Command("status");
        Assert.Equal(0, code);
        Assert.Contains("role      single", text, StringComparison.Ordinal);
        Assert.Contains($"127.0.0.1:{_daemon.WebPort}", text, StringComparison.Ordinal);

        (code, text, _) = _daemon.Command("status", "--json");
        Assert.Equal(0, code);
        using JsonDocument json = JsonDocument.Parse(text);
        Assert.Equal("single", json.RootElement.GetProperty("role").GetString());
        Assert.Equal("test", json.RootElement.GetProperty("node").GetString());
        Assert.Equal("web", json.RootElement.GetProperty("listeners")[0].GetProperty("name").GetString());
    }

    [Theory]
    [InlineData("failover")]
    [InlineData("standby", "on")]
    public void OrdersThatNeedAPeerSaySoOnASingleNode(params string[] order)
    {
        _daemon.WriteConfig(1);
        _daemon.StartAndWaitUntilReady();
        (int code, string output, string errors) = _daemon.Command(order);
        Assert.Equal(1, code);
        Assert.Empty(output);
        Assert.Contains("single node", errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task NothingOnTheAdminAddressChangesState()
    {
        _daemon.WriteConfig(1);
        _daemon.StartAndWaitUntilReady();
        foreach (string path in (string[])["/v1/reload", "/v1/failover", "/v1/standby/on", "/metrics"])
        {
            using HttpResponseMessage answer = await _daemon.Http.PostAsync(new Uri(path, UriKind.Relative), null);
            Assert.Equal(HttpStatusCode.MethodNotAllowed, answer.StatusCode);
        }
    }

    private Uri Web() => new($"http://127.0.0.1:{_daemon.WebPort}/");
}
