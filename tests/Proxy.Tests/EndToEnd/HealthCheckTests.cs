using Appliance.Proxy.Configuration;
using Proxy.Tests.Support;
using static Proxy.Tests.EndToEnd.PoolSettings;

namespace Proxy.Tests.EndToEnd;

/// <summary>Active checks against real servers.</summary>
public sealed class HealthCheckTests
{
    private static readonly HealthCheckSettings Check = new()
    {
        Path = "/health",
        Interval = TimeSpan.FromMilliseconds(100),
        Timeout = Deadline.Limit,
        HealthyAfter = 2,
        UnhealthyAfter = 2,
    };

    [Fact]
    public async Task AServerWhoseCheckFailsGetsNothingAndComesBackWhenItPasses()
    {
        using var server = new HealthServer();
        await using var rig = new ProxyRig(Of(Pool(server.Address) with { HealthCheck = Check }), loops: 2);
        await StateAsync(rig, "up");
        Assert.Equal(200, (await rig.AskAsync(Get)).Head.Status);
        server.HealthAnswer = "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n";
        await StateAsync(rig, "down");
        Assert.Equal(("down", "status 503"), (rig.Upstream.State, rig.Upstream.Reason));
        Assert.NotNull(rig.Upstream.Since);
        Assert.Equal(0, rig.Status.Upstreams[0].HealthyServers);
        Assert.Equal(503, (await rig.AskAsync(Get)).Head.Status);
        await rig.Log.ExpectAsync(3020, "the failure is logged");
        Assert.Single(rig.Log.Entries, entry => entry.Id == 3020 && entry.Text.Contains("status 503", StringComparison.Ordinal));
        server.HealthAnswer = Ok;
        await StateAsync(rig, "up");
        Assert.Equal(200, (await rig.AskAsync(Get)).Head.Status);
        await rig.Log.ExpectAsync(3021, "the recovery is logged");
        Assert.True(rig.Upstream.ChecksOk >= 3 && rig.Upstream.ChecksFailed >= 2, "checks are counted");
        Assert.Equal($"GET /health HTTP/1.1|{server.Address}|close", server.LastCheck);
    }

    [Theory]
    [InlineData("HTTP/1.1 204 No Content\r\n\r\n", null)]
    [InlineData("HTTP/1.1 399 Any\r\nContent-Length: 0\r\n\r\n", null)]
    [InlineData("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", null)]
    [InlineData("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n", "status 404")]
    [InlineData("nonsense\r\n\r\n", "its answer is malformed")]
    [InlineData("!close", "it closed the connection without an answer")]
    [InlineData("!silent", "it did not answer in time")]
    [InlineData("!refuse", "it refuses connections")]
    public Task TheFirstResultDecidesAndHasItsReason(string answer, string? reason) => ExpectAsync(Check, answer, reason);

    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nall is up", null)]
    [InlineData("HTTP/1.1 200 OK\r\n\r\nall is up", null)]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nall i\r\n4\r\ns up\r\n0\r\n\r\n", null)]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\nall is up", "its body does not hold the text")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nall i\r\n0\r\n\r\n", "its body does not hold the text")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nx", "its answer is malformed")]
    [InlineData("HTTP/1.1 204 No Content\r\n\r\n", "its body does not hold the text")]
    [InlineData("!long", "its body does not hold the text")]
    public Task TheBodyMustHoldTheText(string answer, string? reason) => ExpectAsync(Check with { BodyContains = "is up" }, answer, reason);

    [Fact]
    public async Task WithoutAPathConnectingIsEnough()
    {
        using var server = new HealthServer { HealthAnswer = "!silent" };
        await using var rig = new ProxyRig(Of(Pool(server.Address) with { HealthCheck = Check with { Path = null } }));
        await StateAsync(rig, "up");
    }

    [Fact]
    public async Task AnotherPortCanBeChecked()
    {
        using var server = new HealthServer();
        await using var rig = new ProxyRig(Of(Pool(Upstream.Nobody()) with { HealthCheck = Check with { Port = server.Address.Port, Host = "checked.example" } }));
        await StateAsync(rig, "up");
        Assert.Equal("GET /health HTTP/1.1|checked.example|close", server.LastCheck);
    }

    [Fact]
    public async Task AReloadForgetsNothingAboutAServerThatStays()
    {
        using var server = new HealthServer { HealthAnswer = Broken };
        ProxySettings settings = Of(Pool(server.Address) with { HealthCheck = Check with { Interval = TimeSpan.FromMinutes(1) } });
        await using var rig = new ProxyRig(settings);
        await StateAsync(rig, "down");
        rig.Server.Apply(settings with { Upstreams = [settings.Upstreams[0] with { MaximumIdle = 3 }] });
        Assert.Equal("down", rig.Upstream.Health);
        Assert.Equal(503, (await rig.AskAsync(Get)).Head.Status);
        rig.Server.Apply(settings with { Upstreams = [settings.Upstreams[0] with { HealthCheck = null }] });
        Assert.Equal("none", rig.Upstream.Health);
        Assert.Equal(200, (await rig.AskAsync(Get)).Head.Status);
    }

    private static async Task ExpectAsync(HealthCheckSettings check, string answer, string? reason)
    {
        using var server = new HealthServer { HealthAnswer = answer };
        if (answer == "!refuse") server.Dispose();
        if (answer == "!silent") check = check with { Timeout = TimeSpan.FromMilliseconds(300) };
        await using var rig = new ProxyRig(Of(Pool(server.Address) with { HealthCheck = check with { Interval = TimeSpan.FromMinutes(1) } }));
        await StateAsync(rig, reason is null ? "up" : "down");
        Assert.Equal(reason, rig.Upstream.Reason);
    }

    private static Task StateAsync(ProxyRig rig, string health) =>
        Deadline.Until(() => rig.Upstream.Health == health, () => $"health is {rig.Upstream.Health} ({rig.Upstream.Reason}), not {health}");
}
