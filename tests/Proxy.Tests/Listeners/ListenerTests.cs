using System.Net;
using System.Runtime.InteropServices;
using Appliance.Proxy.Admission;
using Appliance.Proxy.Configuration;
using Appliance.Proxy.Layer7;
using Appliance.Proxy.Listeners;
using Appliance.Proxy.Transport;
using Proxy.Tests.Support;
using SocketAddress = Appliance.Proxy.Interop.SocketAddress;

namespace Proxy.Tests.Listeners;

public sealed class ListenerTests
{
    [Fact]
    public async Task AConnectionThatCannotBeWatchedIsClosedAndGivesItsPlaceBack()
    {
        await using var rig = new LoopRig();
        var settings = new ListenerSettings
        {
            Name = "relay",
            Protocol = ListenerProtocol.Tcp,
            Address = new IPEndPoint(IPAddress.Loopback, 0),
            Admission = new AdmissionSettings { ConcurrentConnections = 1, MaximumConnections = 1 },
        };
        var snapshot = new ListenerSnapshot(settings, new Unreached(), new RouteTable([]), null);
        var listener = new Listener(snapshot, [rig.Loop], new MemoryBound([rig.Loop]), rig.Log);
        string path = Path.GetTempFileName();
        try
        {
            // The kernel refuses to watch a plain file, as it refuses a socket when it has no memory for a watch.
            using var file = File.OpenHandle(path);
            int descriptor = Duplicate((int)file.DangerousGetHandle());
            Assert.True(descriptor >= 0);
            bool closed = await rig.DoAsync(() =>
            {
                listener.OnAccepted(rig.Loop, descriptor, SocketAddress.From(new IPEndPoint(IPAddress.Loopback, 1)));
                return !File.Exists($"/proc/self/fd/{descriptor}") || File.ResolveLinkTarget($"/proc/self/fd/{descriptor}", false)?.FullName != path;
            });
            Assert.True(closed, "the descriptor is still open");
        }
        finally
        {
            File.Delete(path);
        }

        Assert.Equal((0, 0), (listener.Gate!.Open, listener.Gate.Table.CountOpen()));
        Assert.Equal((0, 0), (listener.Counters(rig.Loop).Active, listener.Counters(rig.Loop).Accepted));
        Assert.True(rig.Log.Has(3003), "said in the log");
    }

    [DllImport("libc", EntryPoint = "dup")]
    private static extern int Duplicate(int descriptor);

    private sealed class Unreached : IConnectionHandler
    {
        public void Accept(Connection connection, Listener listener) => Assert.Fail("the handler got a connection that is closed");
    }
}
