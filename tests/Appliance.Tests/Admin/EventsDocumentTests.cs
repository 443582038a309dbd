using Appliance.Admin;
using Appliance.Failover;

namespace Appliance.Tests.Admin;

public sealed class EventsDocumentTests : IDisposable
{
    private readonly EventRing _ring = new(TimeProvider.System);

    public void Dispose() => _ring.Dispose();

    [Fact]
    public async Task EachEventIsAnObjectOnALineOfItsOwn()
    {
        _ring.Add(new HaEvent
        {
            At = SampleDaemon.Started,
            Kind = "ha.role",
            VirtualRouterId = 51,
            From = "passive",
            To = "active",
            Subject = "the peer left",
            Text = "a \"b\"\nc",
        });
        _ring.Add(new HaEvent { At = SampleDaemon.Started, Kind = "ha.monitor", Subject = "witness", To = "failed", Text = "d" });
        FakeExchange exchange = await AskAsync("/v1/events?after=0");
        Assert.Equal(
            """
            {"sequence":1,"at":"2026-02-03T08:00:00.000Z","event":"ha.role","virtual_router_id":51,"from":"passive","to":"active","reason":"the peer left","text":"a \u0022b\u0022\nc"}
            {"sequence":2,"at":"2026-02-03T08:00:00.000Z","event":"ha.monitor","to":"failed","name":"witness","text":"d"}

            """,
            exchange.BodyText);
        Assert.Equal("application/x-ndjson", exchange.ContentType);
        Assert.StartsWith("{\"sequence\":2,", (await AskAsync("/v1/events?after=1")).BodyText, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("?after=0&wait=0", 200)]
    [InlineData("?after=7&wait=0", 200)]
    [InlineData("?after=x", 422)]
    [InlineData("?after=-1", 422)]
    [InlineData("?after=1x", 422)]
    [InlineData("?before=1", 422)]
    public async Task TheNumberIsChecked(string query, int status) => Assert.Equal(status, (await AskAsync("/v1/events" + query)).Status);

    [Fact]
    public async Task ASingleNodeHasNoneAndDoesNotWait()
    {
        var exchange = new FakeExchange("GET", "/v1/events", default);
        await EventsDocument.AnswerAsync(exchange, null);
        Assert.Equal(409, exchange.Status);
    }

    private async Task<FakeExchange> AskAsync(string target)
    {
        var exchange = new FakeExchange("GET", target, default);
        await EventsDocument.AnswerAsync(exchange, _ring);
        return exchange;
    }
}
