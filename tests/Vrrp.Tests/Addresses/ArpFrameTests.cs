using Appliance.Vrrp.Addresses;

namespace Vrrp.Tests.Addresses;

public class ArpFrameTests
{
    [Fact]
    public void AnnouncementIsABroadcastRequestForItself()
    {
        byte[] frame = new byte[ArpFrame.Bytes];
        ArpFrame.WriteAnnouncement(frame, 0x020000000001, 0xc0000264);
        Assert.Equal("FFFFFFFFFFFF020000000001080600010800060400010200000000" + "01C0000264000000000000C0000264", Convert.ToHexString(frame));
        Assert.True(ArpFrame.TryRead(frame, out ArpFrame read));
        Assert.Equal(new ArpFrame(ArpFrame.Request, 0x020000000001, 0xc0000264, 0xc0000264), read);
        Assert.False(ArpFrame.TryRead(frame.AsSpan(0, 41), out _));
    }
}
