using System.Net;
using Appliance.Proxy;
using Appliance.Proxy.Configuration;
using Proxy.Tests.Support;
using static Proxy.Tests.EndToEnd.PoolSettings;

namespace Proxy.Tests.EndToEnd;

/// <summary>Servers given by name, resolved by a real name server.</summary>
public sealed class NamedServerTests
{
    [Fact]
    public async Task EveryAddressIsUsedAndChangesFollowTheTimeToLive()
    {
        using var dns = new DnsServer { Addresses = ["127.0.0.1", "127.0.0.2"] };
        using var first = new Upstream();
        int port = first.Address.Port;
        using var second = new Upstream(at: IPEndPoint.Parse($"127.0.0.2:{port}"));
        using var third = new Upstream(at: IPEndPoint.Parse($"127.0.0.3:{port}"));
        first.ServeAnswer(Answer("1"));
        second.ServeAnswer(Answer("2"));
        third.ServeAnswer(Answer("3"));
        await using var rig = new ProxyRig(Named(port), loops: 1, resolver: dns.Resolver);
        await NamesAsync(rig, $"api.example:{port} (127.0.0.1)", $"api.example:{port} (127.0.0.2)");
        Assert.Equal("12", await AnswersAsync(rig, 2));
        dns.Addresses = ["127.0.0.2", "127.0.0.3"];
        await NamesAsync(rig, $"api.example:{port} (127.0.0.2)", $"api.example:{port} (127.0.0.3)");
        await Deadline.Until(() => rig.Servers is [{ IdleConnections: 1 }, { IdleConnections: 0 }], "who stays keeps its connection");
        Assert.Equal("2233", await AnswersAsync(rig, 4));
        Assert.Equal((1, 1, 1), (first.Count, second.Count, third.Count));
    }

    [Fact]
    public async Task AnUnresolvedNameIsADownServerAndNoReasonNotToStart()
    {
        using var dns = new DnsServer { Addresses = null };
        using var server = new Upstream();
        server.ServeAnswer(Ok);
        await using var rig = new ProxyRig(Named(server.Address.Port), resolver: dns.Resolver);
        await Deadline.Until(() => rig.Upstream.Reason == "no name server answers", "the reason is shown");
        Assert.Equal(($"api.example:{server.Address.Port}", "down"), (rig.Upstream.Address, rig.Upstream.State));
        Assert.Equal(503, (await rig.AskAsync(Get)).Head.Status);
        dns.Addresses = ["127.0.0.1"];
        await Deadline.Until(() => rig.Upstream.State == "up", "the name is resolved in the end");
        Assert.Equal(200, (await rig.AskAsync(Get)).Head.Status);
    }

    [Fact]
    public async Task AFailureKeepsTheLastAddressesAndIsLoggedOnce()
    {
        using var dns = new DnsServer { Addresses = ["127.0.0.1"] };
        using var server = new Upstream();
        server.ServeAnswer(Ok);
        await using var rig = new ProxyRig(Named(server.Address.Port), resolver: dns.Resolver);
        await Deadline.Until(() => rig.Upstream.State == "up", "the name is resolved");
        dns.Addresses = null;
        int asked = dns.Asked;
        await Deadline.Until(() => dns.Asked >= asked + 2, "two more questions have failed");
        Assert.Equal(200, (await rig.AskAsync(Get)).Head.Status);
        await rig.Log.ExpectAsync(3028, "the failure is logged");
        Assert.Single(rig.Log.Entries, entry => entry.Id == 3028);
    }

    [Fact]
    public async Task DrainingANameDrainsAddressesThatComeLater()
    {
        using var dns = new DnsServer { Addresses = ["127.0.0.1"] };
        await using var rig = new ProxyRig(Named(9), resolver: dns.Resolver);
        await Deadline.Until(() => rig.Upstream.State == "up", "the name is resolved");
        Assert.Equal(ServerDrainResult.Done, rig.Server.SetServerDrain("app", "api.example:9", true));
        dns.Addresses = ["127.0.0.1", "127.0.0.2"];
        await Deadline.Until(() => rig.Servers.Length == 2, "the second address is known");
        Assert.All(rig.Servers, server => Assert.Equal("drain", server.State));
        Assert.Equal(ServerDrainResult.Done, rig.Server.SetServerDrain("app", "api.example:9 (127.0.0.2)", false));
        Assert.Equal(["drain", "up"], rig.Servers.Select(server => server.State));
    }

    private static ProxySettings Named(int port) => Of(Pool() with { Servers = [new ServerSettings(new DnsEndPoint("api.example", port))] });

    private static Task NamesAsync(ProxyRig rig, params string[] names) =>
        Deadline.Until(() => rig.Servers.Select(server => server.Address).SequenceEqual(names), () => string.Join("; ", rig.Servers.Select(server => server.Address)));

    private static async Task<string> AnswersAsync(ProxyRig rig, int requests)
    {
        string answers = "";
        for (int i = 0; i < requests; i++) answers += (await rig.AskAsync(Get)).Body;
        return string.Concat(answers.Order());
    }
}
