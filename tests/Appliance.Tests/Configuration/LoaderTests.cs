using System.Net;
using Appliance.Configuration;

namespace Appliance.Tests.Configuration;

public sealed class LoaderTests
{
    [Fact]
    public void EmptyFileIsASingleNodeWithDefaults()
    {
        ApplianceConfig config = Loading.Good("");

        Assert.Null(config.Ha);
        Assert.Null(config.Policies);
        Assert.Empty(config.Listeners);
        Assert.Equal(IPEndPoint.Parse("127.0.0.1:9900"), config.Admin.Address);
        Assert.Equal(TimeSpan.FromSeconds(30), config.DrainTimeout);
        Assert.Equal(Environment.MachineName, config.Node);
    }

    [Fact]
    public void EveryValueOfTheFileArrives()
    {
        ApplianceConfig config = Loading.Good("""
            node: lb-a
            ha:
              mode: active-passive
              primary: true
              interface: eth1
              virtual_router_id: 7
              virtual_addresses: [192.0.2.100/24, 192.0.2.101/25]
              address: 198.51.100.1
              peer: 198.51.100.2
              port: 7500
              secret_file: k/cluster.key
              peer_check_interval: 20ms
              peer_failure_threshold: 4
              peer_recovery_threshold: 6
              preempt: false
              preempt_delay: 5s
              witness: [192.0.2.1]
              vrrp: { unicast: true, priority: 100, checksum: rfc9568 }
            drain_timeout: 2m
            """);

        HaConfig ha = config.Ha!;
        Assert.Equal("lb-a", config.Node);
        Assert.True(Assert.Single(ha.Groups).Primary);
        Assert.Equal("eth1", ha.Interface);
        Assert.Equal(7, ha.Groups[0].VirtualRouterId);
        Assert.Equal(["192.0.2.100/24", "192.0.2.101/25"], ha.VirtualAddresses.Select(v => v.ToString()));
        Assert.Equal(("198.51.100.1", "198.51.100.2", 7500), (ha.Address!.ToString(), ha.Peer!.ToString(), ha.Port));
        Assert.Equal(Path.Combine(Directory.GetCurrentDirectory(), "k/cluster.key"), ha.SecretFile);
        Assert.Equal((20, 4, 6), (ha.PeerCheckInterval.TotalMilliseconds, ha.PeerFailureThreshold, ha.PeerRecoveryThreshold));
        Assert.False(ha.Preempt);
        Assert.Equal(TimeSpan.FromSeconds(5), ha.PreemptDelay);
        Assert.Equal([IPAddress.Parse("192.0.2.1")], ha.Witnesses.ToArray());
        Assert.Equal((true, 100, ChecksumForm.Rfc9568), (ha.Vrrp.Unicast, ha.Vrrp.Priority, ha.Vrrp.Checksum));
        Assert.Equal(TimeSpan.FromMinutes(2), config.DrainTimeout);
    }

    [Fact]
    public void ListenersAndUpstreamsArrive()
    {
        ApplianceConfig config = Loading.Good("""
            listeners:
              - name: web
                address: "*:80"
                trusted_proxies: [198.51.100.0/24, 192.0.2.7]
                policies: off
                routes:
                  - { hosts: [API.Example.com, "*.example.org"], path_prefix: /v1, upstream: api }
                  - { upstream: api }
                timeouts: { connect: 250ms }
              - { name: db, address: "[::]:5432", protocol: tcp, upstream: api }
            upstreams:
              - { name: api, servers: [{ address: 198.51.100.21:8080, weight: 3 }, { address: "[2001:db8::1]:81", backup: true }] }
            """);

        ListenerConfig web = config.Listeners[0];
        Assert.Equal(new IPEndPoint(IPAddress.Any, 80), Assert.Single(web.Addresses));
        Assert.Equal(["198.51.100.0/24", "192.0.2.7/32"], web.TrustedProxies.Select(n => n.ToString()));
        Assert.False(web.EnforcePolicies);
        Assert.Equal(["api.example.com", "*.example.org"], web.Routes[0].Hosts.ToArray());
        Assert.Equal(("/v1", "/"), (web.Routes[0].PathPrefix, web.Routes[1].PathPrefix));
        Assert.Equal((250, 10_000), (web.Timeouts.Connect.TotalMilliseconds, web.Timeouts.RequestHeader.TotalMilliseconds));
        Assert.Equal((TrafficProtocol.Tcp, "api"), (config.Listeners[1].Protocol, config.Listeners[1].Upstream));
        Assert.Equal(new IPEndPoint(IPAddress.IPv6Any, 5432), Assert.Single(config.Listeners[1].Addresses));
        Assert.Equal([3, 1], config.Upstreams[0].Servers.Select(s => s.Weight));
        Assert.Equal([false, true], config.Upstreams[0].Servers.Select(s => s.Backup));
    }

    [Fact]
    public void PlacesOfValuesStayKnownAfterLoading()
    {
        ApplianceConfig config = Loading.Good("policies:\n  file: bundle.json\n");

        Assert.Equal("t.yaml:2:9: policies.file: gone", config.Source.ErrorAt("policies.file", "gone").ToString());
        Assert.Equal("t.yaml:2:3: policies.table.memory: large", config.Source.ErrorAt("policies.table.memory", "large").ToString());
        Assert.Equal("t.yaml:1:1: admin.address: taken", config.Source.ErrorAt("admin.address", "taken").ToString());
    }

    [Fact]
    public void MissingFileIsToldFromAnUnreadableOne()
    {
        string missing = Path.Combine(Path.GetTempPath(), Guid.NewGuid().ToString("N"), "appliance.yaml");
        ConfigLoadResult result = ConfigLoader.Load(missing, _ => null);

        Assert.True(result.NotFound);
        Assert.Equal([$"{missing}: the file does not exist"], Loading.Lines(result));
        result = ConfigLoader.Load("/", _ => null);
        Assert.False(result.NotFound || result.NotPermitted);
        Assert.Equal(["/: this is a directory, not a file"], Loading.Lines(result));
    }

    [Fact]
    public void ADeviceWithoutEndIsRefusedAtTheBound()
    {
        Assert.Equal(["/dev/zero: the file is larger than 1024 KiB"], Loading.Lines(ConfigLoader.Load("/dev/zero", _ => null)));
    }
}
