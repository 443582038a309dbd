using System.Text.Json;
using Integration.Lab;

namespace Integration.Operator;

/// <summary>`drain` and `ready` under load, against the real daemon.</summary>
public sealed class ServerDrainTests : IDisposable
{
    private readonly LoopbackDaemon _daemon = new();
    private readonly NamedServer _first = new("first");
    private readonly NamedServer _second = new("second");
    private readonly int _port = LoopbackDaemon.FreePort();

    [Fact]
    public async Task ADrainedServerGetsNothingNewNoRequestFailsAndReadyBringsItBack()
    {
        Configure("");
        _daemon.Start();
        using var load = new Load($"http://127.0.0.1:{_port}/");
        Until.True("both serve", () => _first.Requests > 50 && _second.Requests > 50, seen: () => _daemon.Log);

        _daemon.Cli("drain", Name(_first)).AssertExitCode(0);
        Until.True("what was under way is over", () => Server(0) is { } server && server.GetProperty("state").GetString() == "drain"
            && server.GetProperty("active_connections").GetInt64() == 0, seen: () => _daemon.Status.GetRawText());
        int before = _first.Requests;
        AwaitRequests(_second, 300);
        Assert.Equal(before, _first.Requests);
        Assert.Contains("drained by the operator", _daemon.Cli("status").Text, StringComparison.Ordinal);
        Assert.Contains($"appliance_upstream_server_up{{upstream=\"web\",server=\"127.0.0.1:{_first.Port}\"}} 0", _daemon.Metrics(), StringComparison.Ordinal);

        // With a change that keeps the pool, and with one that replaces it.
        foreach (string change in new[] { "", "    retry: { attempts: 2 }\n" })
        {
            Configure(change);
            _daemon.Cli("reload").AssertExitCode(0);
            AwaitRequests(_second, 200);
            Assert.Equal(before, _first.Requests);
        }

        _daemon.Cli("ready", Name(_first)).AssertExitCode(0);
        AwaitRequests(_first, 50);
        Assert.Equal((0, ""), await load.StopAsync());
    }

    [Theory]
    [InlineData("drain")]
    [InlineData("ready")]
    public void ANameThatIsNotThereIsAnsweredWithThoseThatAre(string order)
    {
        Configure("");
        _daemon.Start();

        CommandResult upstream = _daemon.Cli(order, $"wbe/127.0.0.1:{_first.Port}");
        upstream.AssertExitCode(2);
        Assert.Contains("no upstream is named wbe; there are: web", upstream.Error, StringComparison.Ordinal);
        CommandResult server = _daemon.Cli(order, "web/192.0.2.9:80");
        server.AssertExitCode(2);
        Assert.Contains($"it has: 127.0.0.1:{_first.Port}, 127.0.0.1:{_second.Port}", server.Error, StringComparison.Ordinal);
        _daemon.Cli(order, "web").AssertExitCode(2);
    }

    public void Dispose()
    {
        _daemon.Dispose();
        _first.Dispose();
        _second.Dispose();
    }

    private static string Name(NamedServer server) => $"web/127.0.0.1:{server.Port}";

    private static void AwaitRequests(NamedServer server, int more)
    {
        int target = server.Requests + more;
        Until.True($"{more} more requests", () => server.Requests >= target, 20);
    }

    private JsonElement Server(int at) => _daemon.Status.GetProperty("upstreams")[0].GetProperty("servers")[at];

    private void Configure(string more) => _daemon.Configure($$"""
        log: { access: off }
        listeners:
          - { name: web, address: "127.0.0.1:{{_port}}", routes: [{ upstream: web }] }
        upstreams:
          - name: web
            servers: [{ address: "127.0.0.1:{{_first.Port}}" }, { address: "127.0.0.1:{{_second.Port}}" }]
        {{more}}
        """);
}
