using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;
using Appliance.Proxy;
using Appliance.Proxy.Configuration;
using Integration.Lab;
using Microsoft.Extensions.Logging.Abstractions;

namespace Integration.Admission;

/// <summary>The end of a refusal by silence: with the privilege the client hears nothing even then, without it a reset.</summary>
public sealed class SilentCloseTests
{
    private const int Port = 8000;
    private static readonly IPEndPoint Address = new(IPAddress.Parse("192.0.2.1"), Port);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void OnlyWithThePrivilegeTheEndIsSilentToo(bool privileged) => NetworkNamespace.Run(["192.0.2.1/32", "192.0.2.50/32"], () =>
    {
        if (!privileged) Capabilities.DropNetworkAdministration();
        var settings = new ProxySettings
        {
            Listeners = ImmutableArray.Create(new ListenerSettings
            {
                Name = "relay",
                Protocol = ListenerProtocol.Tcp,
                Address = Address,
                Upstream = "none",
                Admission = new AdmissionSettings { MaximumConnections = 0, OnLimit = RefusalForm.Drop },
            }),
            Upstreams = [new UpstreamSettings { Name = "none", Servers = [new ServerSettings(new IPEndPoint(Address.Address, 9))] }],
        };
        using var server = new ProxyServer(1, null, NullLogger.Instance);
        server.Start(settings);
        using var client = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        client.Bind(new IPEndPoint(IPAddress.Parse("192.0.2.50"), 0));
        client.Connect(Address);
        Until.True("it is refused and held", () => server.GetStatus().Listeners[0].Admission.Refused.Sum() == 1 && Held() == 1, seen: Sockets);
        server.Apply(settings with { Listeners = [] });
        Until.True("it is let go", () => Held() == 0, seen: Sockets);
        // What was sent at the close is here by now: the namespace's loopback delivers within the call.
        Assert.Equal(!privileged, client.Poll(0, SelectMode.SelectRead));
    });

    /// <summary>The kernel's connections whose own end is the listener's.</summary>
    private static int Held() => Sockets().Split('\n').Count(line => line.Contains($"010200C0:{Port:X4} 3202", StringComparison.Ordinal));

    private static string Sockets() => File.ReadAllText("/proc/thread-self/net/tcp");
}
