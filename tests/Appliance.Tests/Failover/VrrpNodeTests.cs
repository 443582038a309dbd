using Appliance.Configuration;
using Appliance.Failover;
using Appliance.Tests.Configuration;
using Appliance.Tests.Journal;

namespace Appliance.Tests.Failover;

public sealed class VrrpNodeTests
{
    [Fact]
    public void ItReportsThatItStartsUntilTheElectionHasBegun()
    {
        ApplianceConfig config = Loading.Good("""
            ha:
              primary: true
              interface: eth0
              virtual_router_id: 51
              virtual_addresses: [192.0.2.100/24]
            """);
        using VrrpNode node = VrrpNode.Create(config, () => [], TimeProvider.System, new RecordingLog())!;

        HaReport report = node.Report();

        Assert.True(report.IsStarting);
        Assert.Equal("the election has not begun yet", report.Reason);
        GroupReport group = Assert.Single(report.Groups);
        Assert.Equal((51, "starting", false), (group.VirtualRouterId, group.Role, group.Held));
    }

    [Fact]
    public void FlapsOfEarlierRunsAreAskedForOnlyInAPair() =>
        Assert.Null(VrrpNode.Create(Loading.Good(""), () => throw new InvalidOperationException("nobody flaps alone"), TimeProvider.System, new RecordingLog()));
}
