using Appliance.Vrrp;
using Appliance.Vrrp.Transport;

namespace Vrrp.Tests.Transport;

public class RehearsalTests
{
    [Theory]
    [InlineData(10, true)]
    [InlineData(1000, true)]
    [InlineData(100, false)]
    public void ItReachesTheRoleWhateverTheSettings(int intervalMs, bool hasPeer)
    {
        HaSettings settings = VirtualNode.Settings(1, new VirtualSettings { IntervalMs = intervalMs, HasPeer = hasPeer, MaximumFlaps = 0 });
        Assert.Equal(HaRole.Active, Rehearsal.Play(DriverSettings.From(settings, settings.Groups[0], VirtualNode.Own(1), 3)));
    }
}
