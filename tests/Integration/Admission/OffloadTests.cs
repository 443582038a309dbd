using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;
using Appliance.Proxy;
using Appliance.Proxy.Configuration;
using Integration.Lab;
using Microsoft.Extensions.Logging.Abstractions;

namespace Integration.Admission;

/// <summary>Offenders in the kernel's set, seen by nft and by a client whose SYN is not answered.</summary>
public sealed class OffloadTests
{
    private const int Port = 8000;
    private static readonly string[] Addresses = ["192.0.2.1/32", "192.0.2.50/32", "192.0.2.51/32", "2001:db8::1/128", "2001:db8:0:1::50/128", "2001:db8:0:1::51/128", "2001:db8:0:2::50/128"];

    [Theory]
    [InlineData("192.0.2.1", "192.0.2.50", "192.0.2.50", "192.0.2.51")]
    [InlineData("0.0.0.0", "192.0.2.50", "192.0.2.50", "192.0.2.51")]
    [InlineData("::", "192.0.2.50", "192.0.2.50", "192.0.2.51")]
    [InlineData("2001:db8::1", "2001:db8:0:1::50", "2001:db8:0:1::51", "2001:db8:0:2::50")]
    public void TheKernelDropsAnOffenderAndNobodyElse(string listening, string offender, string alike, string other) => In(() =>
    {
        using ProxyServer server = Serve(listening);
        Offend(server, offender);
        Assert.False(Connects(offender), "a SYN of the offender is answered");
        Assert.False(Connects(alike), "a SYN of the same client is answered");
        Assert.True(Connects(other), "another client is not served");
        Assert.True(DroppedPackets() > 0, Ruleset());
        Assert.Equal(("on", 1, 1L, 0L), Figures(server));
    });

    [Fact]
    public void AnEntryIsLiftedAfterItsTimeAndANewOffenceMakesItAnew() => In(() =>
    {
        using ProxyServer server = Serve("192.0.2.1", TimeSpan.FromSeconds(5));
        Offend(server, "192.0.2.50");
        Assert.False(Connects("192.0.2.50"));
        Until.True("the entry is lifted", () => server.GetStatus().Offload.Members == 0 && !Ruleset().Contains("192.0.2.50 ", StringComparison.Ordinal), seen: Ruleset);
        Assert.True(Connects("192.0.2.50"), "the client is still dropped");
        Offend(server, "192.0.2.50");
        Assert.False(Connects("192.0.2.50"));
        Assert.Equal(("on", 1, 2L, 0L), Figures(server));
    });

    [Fact]
    public void AnOffenceOfAMemberRenewsItsTime() => In(() =>
    {
        using ProxyServer server = Serve("192.0.2.1", TimeSpan.FromSeconds(60));
        Offend(server, "192.0.2.50");
        Assert.Equal(("on", 1), (server.GetStatus().Offload.State, server.GetStatus().Offload.Members));
        Until.True("its time runs", () => Expiry() < 59, seen: Ruleset);
        // A member is dropped and cannot offend; without the rule it can, as one can whose connections were accepted before it became a member.
        _ = Command.Run("nft", "flush", "chain", "inet", "appliance", "offenders").Text;
        Offend(server, "192.0.2.50");
        Until.True("its time begins anew", () => Expiry() >= 59, seen: Ruleset);
        Assert.Equal((1, 2L), (server.GetStatus().Offload.Members, server.GetStatus().Offload.Added));
    });

    [Fact]
    public void NothingIsLeftAfterTheEndAndLeftoversAreRemovedAtStart() => In(() =>
    {
        _ = Command.Run("nft", "add table inet appliance; add set inet appliance old { type ipv4_addr; }").Text;
        using (ProxyServer server = Serve("192.0.2.1"))
        {
            Offend(server, "192.0.2.50");
            Assert.DoesNotContain("set old", Ruleset(), StringComparison.Ordinal);
        }

        Assert.Equal("", Ruleset());
        _ = Command.Run("nft", "add table inet appliance").Text;
        Assert.Null(ProxyServer.RemoveOffloadTable());
        Assert.Equal("", Ruleset());
        Assert.Null(ProxyServer.RemoveOffloadTable());
        Assert.Equal("", Ruleset());
    });

    [Fact]
    public void AFlushedRulesetIsMadeAnew() => In(() =>
    {
        using ProxyServer server = Serve("192.0.2.1");
        _ = Command.Run("nft", "flush", "ruleset").Text;
        Offend(server, "192.0.2.50");
        Assert.False(Connects("192.0.2.50"));
        Assert.Equal(("on", 1, 1L, 0L), Figures(server));
    });

    [Fact]
    public void AReloadKeepsTheMembersOfListenersThatStay() => In(() =>
    {
        ProxySettings settings = Settings("192.0.2.1", TimeSpan.FromMinutes(1));
        using ProxyServer server = Serve(settings);
        Offend(server, "192.0.2.50");
        ListenerSettings second = settings.Listeners[0] with { Name = "second", Address = new IPEndPoint(IPAddress.Parse("192.0.2.1"), Port + 1) };
        server.Apply(settings with { Listeners = [settings.Listeners[0], second] });
        Assert.False(Connects("192.0.2.50"));
        Assert.True(Connects("192.0.2.50", Port + 1), "the other listener has its own offenders");
        server.Apply(settings with { Listeners = [second] });
        Assert.Equal(0, server.GetStatus().Offload.Members);
        Assert.DoesNotContain("offenders4_1", Ruleset(), StringComparison.Ordinal);
    });

    [Fact]
    public void ThousandsOfOffendersAtOnceAreAllTaken() => In(() =>
    {
        using ProxyServer server = Serve("::");
        _ = Command.Run("ip", "route", "add", "local", "198.18.0.0/20", "dev", "lo").Text;
        for (int i = 0; i < 3000; i++)
        {
            string source = $"198.18.{i >> 8}.{i & 0xff}";
            for (int n = 0; n < 4; n++) Connects(source);
        }

        Until.True("all are members", () => server.GetStatus().Offload.Members == 3000, seen: () => $"{server.GetStatus().Offload}");
        Assert.Equal(0, server.GetStatus().Offload.Failures);
        Assert.Equal(3000, Regex.Count(Ruleset(), @"198\.18\.\d+\.\d+ timeout"));
    });

    [Fact]
    public void WithoutThePrivilegeEverythingElseWorks() => In(() =>
    {
        // An nf_tables socket of a process without the capability is answered EPERM; here the capability is dropped by this thread alone, and
        // the worker inherits that.
        Capabilities.DropNetworkAdministration();
        using ProxyServer server = Serve("192.0.2.1");
        Assert.Equal("unavailable", server.GetStatus().Offload.State);
        for (int i = 0; i < 10; i++) Connects("192.0.2.50");
        Assert.True(Connects("192.0.2.51"));
        ListenerStatus listener = server.GetStatus().Listeners.Single();
        Until.True("all are refused one by one", () => server.GetStatus().Listeners.Single().Admission.Refused[(int)AdmissionRule.ConnectionRate] == 9, seen: () => $"{listener.Admission}");
        Assert.NotNull(ProxyServer.RemoveOffloadTable());
    });

    private static void In(Action action) => NetworkNamespace.Run(Addresses, action);

    /// <summary>One connection passes, each further one is an offence, the third makes an offender.</summary>
    private static ProxySettings Settings(string listening, TimeSpan offloadFor) => new()
    {
        Listeners = ImmutableArray.Create(new ListenerSettings
        {
            Name = "relay",
            Protocol = ListenerProtocol.Tcp,
            Address = new IPEndPoint(IPAddress.Parse(listening), Port),
            Upstream = "none",
            Admission = new AdmissionSettings { ConnectionsPerSecond = 0.001, ConnectionBurst = 1, OffloadAfter = 3, OffloadFor = offloadFor },
        }),
        Upstreams = [new UpstreamSettings { Name = "none", Servers = [new ServerSettings(new IPEndPoint(IPAddress.Parse("192.0.2.1"), 9))] }],
    };

    private static ProxyServer Serve(string listening, TimeSpan? offloadFor = null) =>
        Serve(Settings(listening, offloadFor ?? TimeSpan.FromMinutes(1)));

    private static ProxyServer Serve(ProxySettings settings)
    {
        var server = new ProxyServer(1, null, NullLogger.Instance);
        server.Start(settings);
        return server;
    }

    private static void Offend(ProxyServer server, string client)
    {
        long before = server.GetStatus().Offload.Added;
        AdmissionStatus Admission() => server.GetStatus().Listeners[0].Admission;
        // Each refusal is waited for, and the one that makes the offender is the last: another offence would be another insertion.
        for (long offences = Admission().Offences; Admission().Offences == offences;)
        {
            long seen = Admission().Refused.Sum() + server.GetStatus().Listeners[0].AcceptedConnections;
            Connects(client);
            Until.True("the listener has judged the connection", () => Admission().Refused.Sum() + server.GetStatus().Listeners[0].AcceptedConnections > seen);
        }

        Until.True("the offender is a member", () => server.GetStatus().Offload.Added > before, seen: () => $"{server.GetStatus().Offload}\n{Ruleset()}");
    }

    /// <summary>The kernel completes a connection within a moment on loopback, or leaves the SYN unanswered.</summary>
    private static bool Connects(string source, int port = Port)
    {
        IPAddress from = IPAddress.Parse(source);
        var to = new IPEndPoint(IPAddress.Parse(from.AddressFamily == AddressFamily.InterNetwork ? "192.0.2.1" : "2001:db8::1"), port);
        using var socket = new Socket(from.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { Blocking = false };
        socket.Bind(new IPEndPoint(from, 0));
        try
        {
            socket.Connect(to);
        }
        catch (SocketException error) when (error.SocketErrorCode is SocketError.WouldBlock or SocketError.InProgress)
        {
            return socket.Poll(TimeSpan.FromMilliseconds(300), SelectMode.SelectWrite);
        }

        return true;
    }

    private static (string State, int Members, long Added, long Failures) Figures(ProxyServer server)
    {
        OffloadStatus status = server.GetStatus().Offload;
        return (status.State, status.Members, status.Added, status.Failures);
    }

    private static string Ruleset() => Command.Run("nft", "list", "ruleset").Text;

    private static long DroppedPackets() => Regex.Matches(Ruleset(), @"counter packets (\d+)").Sum(match => long.Parse(match.Groups[1].Value));

    /// <summary>Seconds that the only member has left.</summary>
    private static double Expiry()
    {
        Match match = Regex.Match(Ruleset(), @"expires (?:(\d+)m)?(?:(\d+)s)?");
        Assert.True(match.Success, Ruleset());
        return 60 * Number(match.Groups[1]) + Number(match.Groups[2]);

        static int Number(Group group) => group.Success ? int.Parse(group.Value) : 0;
    }
}
