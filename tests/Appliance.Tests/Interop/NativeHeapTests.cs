using Appliance.Interop;

namespace Appliance.Tests.Interop;

public sealed class NativeHeapTests
{
    [Fact]
    public void TheCLibraryTakesTheBound() => Assert.True(NativeHeap.LimitArenas(64));
}
