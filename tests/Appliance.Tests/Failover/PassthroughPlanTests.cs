using System.Collections.Immutable;
using System.Net;
using Appliance.Configuration;
using Appliance.Failover;
using Appliance.Proxy;
using Appliance.Tests.Configuration;

namespace Appliance.Tests.Failover;

public sealed class PassthroughPlanTests
{
    private static readonly ImmutableArray<IPAddress> Held = [IPAddress.Parse("192.0.2.100"), IPAddress.Parse("2001:db8::100")];

    [Theory]
    [InlineData("protocol: tcp, upstream: api", "tcp 192.0.2.100:80 198.51.100.1:8080")]
    [InlineData("protocol: udp, upstream: api", "udp 192.0.2.100:80 198.51.100.1:8080")]
    [InlineData("routes: [{ upstream: api }]", "tcp 192.0.2.100:80 198.51.100.1:8080")]
    [InlineData("routes: [{ path_prefix: /x, upstream: other }, { upstream: api }]", "tcp 192.0.2.100:80 198.51.100.1:8080")]
    [InlineData("routes: [{ path_prefix: /x, upstream: api }]", "")]
    [InlineData("routes: [{ hosts: [a.example.com], upstream: api }]", "")]
    [InlineData("routes: [{ redirect: { location: \"https://a.example/\" } }]", "")]
    [InlineData("routes: [{ upstream: secure }]", "")]
    [InlineData("protocol: tcp, upstream: api, tls: { certificate_file: a, key_file: b }", "")]
    [InlineData("protocol: tcp, upstream: api, proxy_protocol: true, trusted_proxies: [192.0.2.0/24]", "")]
    [InlineData("protocol: tcp, upstream: proxied", "")]
    public void OnlyWhatTheKernelCanStandInForIsRedirected(string listener, string expected) =>
        Assert.Equal(expected, Text(Of("192.0.2.100:80", listener)));

    [Theory]
    [InlineData("*:80", "tcp 192.0.2.100:80 198.51.100.1:8080")]
    [InlineData("[::]:80", "tcp 192.0.2.100:80 198.51.100.1:8080")]
    [InlineData("192.0.2.7:80", "")]
    [InlineData("[2001:db8::100]:80", "")]
    public void OnlyAddressesThatAreHeldAreRedirected(string address, string expected) => Assert.Equal(expected, Text(Of(address, "protocol: tcp, upstream: api")));

    [Theory]
    [InlineData("up up up", "198.51.100.1:8080")]
    [InlineData("down up up", "198.51.100.3:8080")]
    [InlineData("drain down up", "198.51.100.2:8080")]
    [InlineData("down down down", "")]
    public void TheFirstHealthyServerIsTakenBackupsLast(string states, string server)
    {
        string[] each = states.Split(' ');
        ImmutableArray<UpstreamStatus> status = [new UpstreamStatus("api",
        [
            new ServerStatus("198.51.100.1:8080", each[0], 0, 0, 0, 0),
            new ServerStatus("198.51.100.2:8080", each[2], 0, 0, 0, 0),
            new ServerStatus("198.51.100.3:8080", each[1], 0, 0, 0, 0),
        ])];

        Assert.Equal(server, string.Join(' ', Of("192.0.2.100:80", "protocol: tcp, upstream: api", status).Select(t => t.Server)));
    }

    [Fact]
    public void TheServerInUseStaysWhileItIsHealthy()
    {
        var present = new PassthroughTarget(false, IPEndPoint.Parse("192.0.2.100:80"), IPEndPoint.Parse("198.51.100.3:8080"));
        Assert.Equal(present, Assert.Single(Of("192.0.2.100:80", "protocol: tcp, upstream: api", current: [present])));
        var gone = present with { Server = IPEndPoint.Parse("198.51.100.9:8080") };
        Assert.Equal("tcp 192.0.2.100:80 198.51.100.1:8080", Text(Of("192.0.2.100:80", "protocol: tcp, upstream: api", current: [gone])));
    }

    [Fact]
    public void ANameIsWhatItResolvesTo()
    {
        ImmutableArray<UpstreamStatus> status = [new UpstreamStatus("named", [new ServerStatus("app.example.com:8080 (198.51.100.9)", "up", 0, 0, 0, 0)])];
        Assert.Equal("tcp 192.0.2.100:80 198.51.100.9:8080", Text(Of("192.0.2.100:80", "protocol: tcp, upstream: named", status)));
    }

    private static string Text(ImmutableArray<PassthroughTarget> targets) =>
        string.Join(", ", targets.Select(t => $"{(t.IsDatagram ? "udp" : "tcp")} {t.Listener} {t.Server}"));

    private static ImmutableArray<PassthroughTarget> Of(
        string address, string listener, ImmutableArray<UpstreamStatus>? status = null, ImmutableArray<PassthroughTarget>? current = null)
    {
        ApplianceConfig config = Loading.Good($$"""
            listeners:
              - { name: web, address: "{{address}}", {{listener}} }
            upstreams:
              - name: api
                servers: [{ address: 198.51.100.1:8080 }, { address: 198.51.100.2:8080, backup: true }, { address: 198.51.100.3:8080 }]
              - { name: other, servers: [{ address: 198.51.100.4:8080 }] }
              - { name: secure, servers: [{ address: 198.51.100.5:8080 }], tls: {} }
              - { name: proxied, servers: [{ address: 198.51.100.6:8080 }], proxy_protocol: v2 }
              - { name: named, servers: [{ address: "app.example.com:8080" }] }
            """);
        ImmutableArray<UpstreamStatus> healthy =
        [
            .. config.Upstreams.Select(u => new UpstreamStatus(u.Name, [.. u.Servers.Select(s => new ServerStatus($"{s.Address}", "up", 0, 0, 0, 0))])),
        ];
        return PassthroughPlan.Of(config, Held, status ?? healthy, current ?? []);
    }
}
