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

    /// <summary>Every key of the section with another value than its default, one key a line.</summary>
    private const string Everything = """
        node: lb-a
        ha:
          primary: true
          interface: eth0
          virtual_router_id: 51
          virtual_addresses:
            - 192.0.2.100/24
            - 2001:db8::100/64
          address: 2001:db8:1::1
          peer: 2001:db8:1::2
          port: 7500
          secret_file: other.key
          peer_check_interval: 20ms
          peer_failure_threshold: 4
          peer_recovery_threshold: 6
          preempt: false
          preempt_delay: 5s
          maximum_flaps: 7
          flap_window: 8m
          bypass:
            action: command
            hold: 9s
            command: bypass
          bandwidth_monitoring:
            enabled: true
            interface: eth1
            minimum: 10Mbps
            interval: 11s
          link_monitoring:
            interval: 120ms
            pairs:
              - [eth0, eth1]
              - [eth2]
            minimum_active_links: 2
            debounce:
              down: 13s
              up: 14s
          witness:
            - 2001:db8::1
          track:
            upstreams:
              - api
          vrrp:
            unicast: true
            priority: 100
            virtual_mac: true
            checksum: rfc9568
          on_transition: hook
        upstreams: [{ name: api, servers: [{ address: "198.51.100.21:80" }] }]
        """;

    /// <summary>Set by the program.</summary>
    private static readonly string[] NotFromAKey = ["AddressLifetime", "KnownFlaps"];

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
    public void EveryLineOfTheSectionIsSeenAsAChangeAndReachesTheElectionOrTheDaemon()
    {
        ApplianceConfig config = Loading.Good(Everything);
        string[] lines = Everything.Split('\n');
        int tried = 0;
        for (int i = 1; i < lines.Length - 1; i++)
        {
            ConfigLoadResult less = Loading.Parse(string.Join('\n', lines.Where((_, at) => at != i)));
            if (less.Config is null) continue; // the line is needed by another

            tried++;
            Assert.False(ConfigDifference.Between(config, less.Config).IsEmpty, $"not compared: {lines[i]}");
            Assert.True(Print(less.Config) != Print(config), $"not mapped: {lines[i]}");
        }

        Assert.InRange(tried, 25, lines.Length);
    }

    [Fact]
    public void EverySettingOfTheElectionCanBeReachedFromTheFile()
    {
        HaSettings mapped = HaMapping.ToSettings(Loading.Good(Everything), Keys)!;
        HaSettings plain = new() { Node = "", Interface = "", Groups = [] };

        Assert.Equal([], Same(plain, mapped).Except(NotFromAKey));
        Assert.Equal([], Same(plain.Links, mapped.Links));
        Assert.Equal([["eth0", "eth1"], ["eth2"]], mapped.Links.Pairs.Select(pair => pair.ToArray()));
        Assert.Equal(HaBypassAction.Command, mapped.BypassAction);
    }

    [Fact]
    public void OwnerOfAGroupIsItsPrimary()
    {
        ApplianceConfig config = ConfigLoader.Load(Repository.At("samples", "active-active", "b.yaml"), _ => null, files: false).Config!;

        HaSettings settings = HaMapping.ToSettings(config, Keys)!;

        Assert.Equal([(51, false), (52, true)], settings.Groups.Select(g => ((int)g.VirtualRouterId, g.Primary)));
        Assert.Empty(settings.Validate());
    }

    [Fact]
    public void WithoutPairsNoPairIsAskedFor() =>
        Assert.Equal(0, HaMapping.ToSettings(Loading.Good(Short), Keys)!.Links.MinimumActive);

    [Fact]
    public void SingleNodeHasNoElection() => Assert.Null(HaMapping.ToSettings(Loading.Good(""), []));

    private static IEnumerable<string> Same<T>(T plain, T mapped) => typeof(T).GetProperties()
        .Where(p => p.Name != "EqualityContract" && Equals(p.GetValue(plain), p.GetValue(mapped))).Select(p => p.Name);

    /// <summary>What the election is told, and what the daemon does itself.</summary>
    private static string Print(ApplianceConfig config)
    {
        HaConfig ha = config.Ha!;
        HaSettings settings = HaMapping.ToSettings(config, Keys)!;
        string groups = string.Join(' ', settings.Groups.Select(g => $"{g.VirtualRouterId} {g.Primary} {string.Join(' ', g.VirtualAddresses)}"));
        string links = string.Join(' ', settings.Links.Pairs.Select(pair => string.Join(',', pair)));
        string values = string.Join(' ', typeof(HaSettings).GetProperties().Select(p => p.GetValue(settings)));
        string daemon = $"{ha.SecretFile} {ha.Bypass.Command} {ha.Bandwidth} {string.Join(' ', ha.TrackedUpstreams)} {ha.OnTransition}";
        return $"{values} {settings.Links} {links} {groups} {string.Join(' ', settings.Witnesses)} {daemon}";
    }
}
