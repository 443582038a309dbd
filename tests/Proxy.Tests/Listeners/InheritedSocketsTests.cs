using System.Net;
using Appliance.Proxy.Interop;
using Appliance.Proxy.Listeners;

namespace Proxy.Tests.Listeners;

/// <summary>Sockets of an earlier process: each is taken once by its address, or closed. What a number stands for is told by its file.</summary>
public sealed class InheritedSocketsTests
{
    [Fact]
    public void WhatNobodyTakesIsClosed()
    {
        (int descriptor, IPEndPoint address) = Open();
        string file = FileOf(descriptor);
        InheritedSockets sockets = Of(address, descriptor);
        Assert.Equal(-1, sockets.Take(address, 1));
        Assert.Equal(file, FileOf(descriptor));
        sockets.CloseRest();
        Assert.NotEqual(file, FileOf(descriptor));
    }

    [Fact]
    public void WhatIsTakenStaysOpenAndIsTakenOnce()
    {
        (int descriptor, IPEndPoint address) = Open();
        string file = FileOf(descriptor);
        InheritedSockets sockets = Of(address, descriptor);
        Assert.Equal(descriptor, sockets.Take(address, 0));
        Assert.Equal(-1, sockets.Take(address, 0));
        sockets.CloseRest();
        Assert.Equal(file, FileOf(descriptor));
        _ = Libc.Close(descriptor);
    }

    [Fact]
    public void ASocketOfAnotherAddressIsClosedInsteadOfTaken()
    {
        (int descriptor, IPEndPoint address) = Open();
        string file = FileOf(descriptor);
        var other = new IPEndPoint(address.Address, address.Port ^ 1);
        Assert.Equal(-1, Of(other, descriptor).Take(other, 0));
        Assert.NotEqual(file, FileOf(descriptor));
    }

    [Fact]
    public void WhatIsNoSocketIsClosedInsteadOfTaken()
    {
        using Microsoft.Win32.SafeHandles.SafeFileHandle handle = File.OpenHandle("/dev/null");
        int descriptor = (int)handle.DangerousGetHandle();
        // The number is given away: who takes it closes it.
        handle.SetHandleAsInvalid();
        Assert.Equal("/dev/null", FileOf(descriptor));
        var address = new IPEndPoint(IPAddress.Loopback, 80);
        Assert.Equal(-1, Of(address, descriptor).Take(address, 0));
        Assert.NotEqual("/dev/null", FileOf(descriptor));
    }

    private static InheritedSockets Of(IPEndPoint address, int descriptor) =>
        new(new Dictionary<string, int> { [InheritedSockets.NameOf(address, 0)] = descriptor });

    private static (int Descriptor, IPEndPoint Address) Open()
    {
        int descriptor = Sockets.Open(Appliance.Proxy.Interop.SocketAddress.From(new IPEndPoint(IPAddress.Loopback, 0)), shared: true, listen: true);
        return (descriptor, new IPEndPoint(IPAddress.Loopback, Sockets.LocalAddress(descriptor).Port));
    }

    private static string FileOf(int descriptor)
    {
        try
        {
            string? target = new FileInfo($"/proc/self/fd/{descriptor}").LinkTarget;
            return target ?? "";
        }
        catch (IOException)
        {
            return ""; // Closed.
        }
    }
}
