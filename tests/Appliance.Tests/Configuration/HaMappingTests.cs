using System.Collections.Immutable;
using System.Net;
using Appliance.Configuration;
using Appliance.Vrrp;

namespace Appliance.Tests.Configuration;

public sealed class HaMappingTests
{
    private const string Short = """
        node: lb-a
        ha:
          primary: true
          interface: eth0
          virtual_router_id: 51
          virtual_addresses: [192.0.2.100/24]
          address: 198.51.100.1
          peer: 198.51.100.2
        """;

    private static readonly ImmutableArray<ClusterKey> Keys = [new ClusterKey(1, new byte[ClusterKey.MinimumSecretBytes])];

    [Fact]
    public void EveryValueArrives()
    {
        const string Text = Short + """

              port: 7500
              peer_check_interval: 20ms
              peer_failure_threshold: 4
              peer_recovery_threshold: 6
              preempt: false
              preempt_delay: 5s
              witness: [192.0.2.1]
              vrrp: { unicast: true, priority: 100, checksum: rfc9568 }
            """;

        HaSettings settings = HaMapping.ToSettings(Loading.Good(Text), Keys)!;

        Assert.Equal(("lb-a", true, "eth0", 51), (settings.Node, settings.Groups[0].Primary, settings.Interface, settings.Groups[0].VirtualRouterId));
        Assert.Equal(new VirtualAddress(IPAddress.Parse("192.0.2.100"), 24), Assert.Single(Assert.Single(settings.Groups).VirtualAddresses));
        Assert.Equal(("198.51.100.1", "198.51.100.2", 7500), (settings.Address!.ToString(), settings.Peer!.ToString(), settings.Port));
        Assert.Equal(Keys[0], Assert.Single(settings.Keys));
        Assert.Equal((20, 4, 6), (settings.PeerCheckInterval.TotalMilliseconds, settings.PeerFailureThreshold, settings.PeerRecoveryThreshold));
        Assert.Equal((false, TimeSpan.FromSeconds(5)), (settings.Preempt, settings.PreemptDelay));
        Assert.Equal("192.0.2.1", Assert.Single(settings.Witnesses).ToString());
        Assert.Equal((true, VrrpChecksum.Rfc9568, 100), (settings.Unicast, settings.Checksum, settings.Priority));
    }

    [Fact]
    public void DefaultsOfTheFileAreThoseOfTheElection()
    {
        HaSettings settings = HaMapping.ToSettings(Loading.Good(Short), Keys)!;
        HaSettings plain = new() { Node = "lb-a", Interface = "eth0", Groups = settings.Groups };

        Assert.Equal(
            plain with { Address = settings.Address, Peer = settings.Peer, Keys = settings.Keys, Witnesses = settings.Witnesses },
            settings);
    }

    [Fact]
    public void WhatTheLoaderAcceptsTheElectionAcceptsToo()
    {
        Assert.Empty(HaMapping.ToSettings(Loading.Good(Short), Keys)!.Validate());
        ApplianceConfig full = ConfigLoader.Load(Repository.At("samples", "full.yaml"), _ => null, files: false).Config!;
        Assert.Empty(HaMapping.ToSettings(full, Keys)!.Validate());
    }

    [Fact]
    public void SingleNodeHasNoElection() => Assert.Null(HaMapping.ToSettings(Loading.Good(""), []));
}
