using System.Runtime.InteropServices;
using Appliance.Vrrp.Addresses;
using Appliance.Vrrp.Interop;

namespace Vrrp.Tests.Transport;

public class InteropLayoutTests
{
    [Fact]
    public void LayoutsEqualThoseOfTheKernel()
    {
        Assert.Equal(8, Marshal.SizeOf<PollEntry>());
        Assert.Equal(4, (int)Marshal.OffsetOf<PollEntry>(nameof(PollEntry.Wanted)));
        Assert.Equal(6, (int)Marshal.OffsetOf<PollEntry>(nameof(PollEntry.Happened)));
        Assert.Equal(16, Marshal.SizeOf<TimeSpec>());
        Assert.Equal(8, (int)Marshal.OffsetOf<TimeSpec>(nameof(TimeSpec.Nanoseconds)));
        Assert.Equal("02001CE8C6336401" + "0000000000000000", Convert.ToHexString(KernelAddress.Internet(0xc6336401, 7400)));
        byte[] ip6 = KernelAddress.Internet(AddressNumber.Of(System.Net.IPAddress.Parse("fe80::1")), 7400, 5);
        Assert.Equal("0A001CE800000000" + "FE800000000000000000000000000001" + "05000000", Convert.ToHexString(ip6));
        Assert.Equal(56, Marshal.SizeOf<MessageHeader>());
        Assert.Equal([0, 8, 16, 24, 32, 40, 48], new[] { "Name", "NameLength", "Vector", "VectorLength", "Control", "ControlLength", "Flags" }.Select(field => (int)Marshal.OffsetOf<MessageHeader>(field)));
        Assert.Equal(20, KernelAddress.Link(3, 0x0806).Length);
    }
}
