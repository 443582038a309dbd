using Appliance.Proxy.Admission;
using Appliance.Proxy.Transport;
using Proxy.Tests.Support;

namespace Proxy.Tests.Admission;

public sealed class MemoryBoundTests
{
    [Fact]
    public void TheBuffersOfAllLoopsCountTogether()
    {
        var log = new RecordingLog();
        using EventLoop first = new(0, TimeProvider.System, log), second = new(1, TimeProvider.System, log);
        var bound = new MemoryBound([first, second]);
        BufferBlock one = first.Buffers.Rent(), other = second.Buffers.Rent();
        Assert.False(bound.IsReached);
        bound.LimitBytes = one.Length + other.Length;
        Assert.True(bound.IsReached);
        second.Buffers.Return(other);
        Assert.False(bound.IsReached);
        bound.LimitBytes = one.Length;
        Assert.True(bound.IsReached);
        first.Buffers.Return(one);
    }
}
