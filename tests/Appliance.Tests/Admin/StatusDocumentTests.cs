using System.Text.Json;
using Appliance.Admin;
using Appliance.Hosting;

namespace Appliance.Tests.Admin;

public sealed class StatusDocumentTests
{
    [Fact]
    public void APairIsDescribedByTheNamesOfTheContract()
    {
        using JsonDocument json = Write(SampleDaemon.Pair());
        JsonElement root = json.RootElement;
        Assert.Equal("lb-a", root.GetProperty("node").GetString());
        Assert.Equal("1.2.3", root.GetProperty("version").GetString());
        Assert.Equal("active", root.GetProperty("role").GetString());
        Assert.Equal("the peer is down", root.GetProperty("reason").GetString());
        Assert.Equal("2026-02-03T08:00:00.000Z", root.GetProperty("since").GetString());
        JsonElement peer = root.GetProperty("peer");
        Assert.Equal("lb-b", peer.GetProperty("node").GetString());
        Assert.Equal("degraded", peer.GetProperty("state").GetString());
        Assert.Equal("passive", peer.GetProperty("role").GetString());
        Assert.Equal("config", Assert.Single(peer.GetProperty("drift").EnumerateArray()).GetString());
        JsonElement group = root.GetProperty("groups")[0];
        Assert.Equal("192.0.2.100/24", group.GetProperty("virtual_addresses")[0].GetString());
        Assert.True(group.GetProperty("held").GetBoolean());
        Assert.False(root.GetProperty("monitors")[1].GetProperty("ok").GetBoolean());
        Assert.Equal(7, root.GetProperty("bundle").GetProperty("version").GetDecimal());
        Assert.Equal(64, root.GetProperty("bundle").GetProperty("hash").GetString()!.Length);
        Assert.Equal("policies.json:3:5: /policies/0: wrong", root.GetProperty("bundle").GetProperty("error").GetString());
        Assert.Equal(12, root.GetProperty("table").GetProperty("used").GetInt64());
        Assert.Equal("web", root.GetProperty("listeners")[0].GetProperty("name").GetString());
        Assert.Equal(17, root.GetProperty("listeners")[0].GetProperty("requests").GetInt64());
        Assert.Equal("down", root.GetProperty("upstreams")[0].GetProperty("servers")[1].GetProperty("state").GetString());
        Assert.Contains("admn", root.GetProperty("reload").GetProperty("error").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public void EachGroupFlapsBypassAndLatenessAreTold()
    {
        using JsonDocument json = Write(SampleDaemon.Pair());
        JsonElement root = json.RootElement;
        Assert.Equal(["active", "bypass"], root.GetProperty("groups").EnumerateArray().Select(group => group.GetProperty("role").GetString()));
        Assert.Equal("passive", root.GetProperty("groups")[0].GetProperty("peer_role").GetString());
        Assert.Equal("""{"count":5,"maximum":4,"window_s":600}""", root.GetProperty("flaps").GetRawText());
        Assert.Equal(
            """{"action":"standby","since":"2026-02-03T08:05:00.000Z","until":"2026-02-03T10:05:00.000Z","detail":""}""",
            root.GetProperty("bypass").GetRawText());
        Assert.Equal("""{"worst_of_last_hour_us":160000,"worst_us":2000,"real_time":true}""", root.GetProperty("heartbeat").GetRawText());
        Assert.Contains("160 ms late", Assert.Single(root.GetProperty("warnings").EnumerateArray()).GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public void ASingleNodeHasNoPeerAndNoBundle()
    {
        using JsonDocument json = Write(SampleDaemon.Single());
        Assert.Equal("single", json.RootElement.GetProperty("role").GetString());
        Assert.False(json.RootElement.TryGetProperty("peer", out _));
        Assert.False(json.RootElement.TryGetProperty("bundle", out _));
        Assert.True(json.RootElement.GetProperty("ready").GetBoolean());
    }

    [Fact]
    public void ReadinessNamesEveryReason()
    {
        var exchange = new FakeExchange("GET", "/readyz", default);
        ReadinessDocument.Answer(exchange, SampleDaemon.Pair() with { NotReady = ["draining", "no_policy_loaded"] });
        Assert.Equal(503, exchange.Status);
        using JsonDocument json = JsonDocument.Parse(exchange.BodyText);
        Assert.Equal("not_ready", json.RootElement.GetProperty("status").GetString());
        Assert.Equal("draining", json.RootElement.GetProperty("reason").GetString());
        Assert.Equal(2, json.RootElement.GetProperty("reasons").GetArrayLength());
    }

    [Theory]
    [InlineData(true, true, false, false, "")]
    [InlineData(false, true, false, false, "starting")]
    [InlineData(true, false, false, false, "starting")]
    [InlineData(true, true, true, false, "draining")]
    [InlineData(true, true, false, true, "no_policy_loaded")]
    [InlineData(false, false, true, true, "starting draining no_policy_loaded")]
    public void ANodeIsReadyUnlessSomethingSpeaksAgainstIt(bool started, bool roleKnown, bool draining, bool bundleMissing, string reasons)
    {
        var readiness = new Readiness { Started = started, Draining = draining };
        Assert.Equal(reasons, string.Join(' ', readiness.Reasons(roleKnown, bundleMissing)));
    }

    internal static JsonDocument Write(DaemonSnapshot daemon)
    {
        var exchange = new FakeExchange("GET", "/v1/status", default);
        StatusDocument.Answer(exchange, daemon);
        Assert.Equal("application/json", exchange.ContentType);
        return JsonDocument.Parse(exchange.BodyText);
    }
}
