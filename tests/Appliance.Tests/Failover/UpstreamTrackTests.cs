using Appliance.Failover;
using Appliance.Proxy;

namespace Appliance.Tests.Failover;

public sealed class UpstreamTrackTests : IDisposable
{
    private readonly FakeNode _node = new();

    public void Dispose() => _node.Dispose();

    [Fact]
    public void TheElectionIsToldAtFirstAndAtEachChange()
    {
        var track = new UpstreamTrack(["api", "web"], _node);
        foreach ((int api, int web) in ((int, int)[])[(1, 1), (2, 1), (0, 1), (0, 0), (1, 0), (1, 3)]) track.Look([Of("api", api), Of("web", web), Of("other", 0)]);
        Assert.Equal(["upstreams True", "upstreams False", "upstreams True"], _node.Calls);
        Assert.Equal(new MonitorReport("upstreams", true, "api has 1 healthy, web has 3 healthy"), track.Monitor);
    }

    [Fact]
    public void AnUpstreamThatIsNotThereHasNoServer()
    {
        new UpstreamTrack(["api"], _node).Look([]);
        Assert.Equal(["upstreams False"], _node.Calls);
    }

    private static UpstreamStatus Of(string name, int healthy) => new(name, []) { HealthyServers = healthy };
}
