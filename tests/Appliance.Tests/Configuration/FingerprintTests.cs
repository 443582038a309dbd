using Appliance.Configuration;

namespace Appliance.Tests.Configuration;

public sealed class FingerprintTests
{
    private const string Node = """
        node: lb-a
        ha:
          primary: true
          interface: eth0
          virtual_router_id: 51
          virtual_addresses: [192.0.2.100/24]
          address: 198.51.100.1
          peer: 198.51.100.2
        listeners:
          - name: web
            address: 192.0.2.100:80
            routes:
              - { path_prefix: /v1, upstream: api }
              - { upstream: api }
          - { name: db, address: 192.0.2.100:5432, protocol: tcp, upstream: api }
        upstreams:
          - name: api
            servers: [{ address: 198.51.100.21:80 }, { address: 198.51.100.22:80 }]
        policies: { file: policies.json }
        """;

    private const string Groups = """
        node: lb-a
        ha:
          mode: active-active
          interface: eth0
          groups:
            - { virtual_router_id: 51, owner: lb-a, virtual_addresses: [192.0.2.100/24] }
            - { virtual_router_id: 52, owner: lb-b, virtual_addresses: [192.0.2.101/24] }
        """;

    private static readonly ConfigFingerprint Reference = ConfigFingerprint.Of(Loading.Good(Node));

    [Theory]
    [InlineData("node: lb-a", "node: lb-b")]
    [InlineData("primary: true", "primary: false")]
    [InlineData("interface: eth0", "interface: ens3")]
    [InlineData("address: 198.51.100.1\n  peer: 198.51.100.2", "address: 198.51.100.2\n  peer: 198.51.100.1")]
    [InlineData("primary: true", "primary: true\n  maximum_flaps: 1\n  flap_window: 1m\n  bypass: { action: passthrough }")]
    [InlineData("primary: true", "primary: true\n  track: { upstreams: [api] }\n  link_monitoring: { pairs: [[eth0]] }\n  on_transition: hook")]
    [InlineData("file: policies.json", "file: /elsewhere/policies.json")]
    [InlineData("- { upstream: api }", "- { path_prefix: /, upstream: api } # spelt out")]
    [InlineData("policies: {", "log: { level: debug }\npolicies: {")]
    public void WhatBelongsToOneNodeDoesNotEnter(string from, string to) =>
        Assert.Equal(Reference.ToString(), ConfigFingerprint.Of(Changed(from, to)).ToString());

    [Fact]
    public void OrderOfListenersMeansNothing()
    {
        const string Tcp = "  - { name: db, address: 192.0.2.100:5432, protocol: tcp, upstream: api }\n";
        string moved = Node.Replace(Tcp, "", StringComparison.Ordinal).Replace("listeners:\n", "listeners:\n" + Tcp, StringComparison.Ordinal);

        Assert.NotEqual(Node, moved);
        Assert.Equal(Reference.ToString(), ConfigFingerprint.Of(Loading.Good(moved)).ToString());
    }

    [Theory]
    [InlineData("192.0.2.100/24", "192.0.2.100/25", "virtual_addresses")]
    [InlineData("virtual_router_id: 51", "virtual_router_id: 52", "virtual_addresses")]
    [InlineData("primary: true", "primary: true\n  vrrp: { virtual_mac: true }", "virtual_addresses")]
    [InlineData("primary: true", "primary: true\n  vrrp: { unicast: true }", "virtual_addresses")]
    [InlineData("192.0.2.100:80", "192.0.2.100:81", "listeners")]
    [InlineData("/v1", "/v2", "listeners")]
    [InlineData("routes:", "timeouts: { idle: 1s }\n    routes:", "listeners")]
    [InlineData("routes:", "trusted_proxies: [192.0.2.0/24]\n    routes:", "listeners")]
    [InlineData("routes:", "policies: off\n    routes:", "listeners")]
    [InlineData("198.51.100.22:80", "198.51.100.22:81", "upstreams")]
    [InlineData("198.51.100.22:80", "198.51.100.22:80, weight: 2", "upstreams")]
    [InlineData("policies.json", "policies.json, table: { memory: 64m }", "policies")]
    [InlineData("policies.json", "policies.json, compatibility: fairvisor", "policies")]
    [InlineData("policies.json", "policies.json, instance_share: 1/2", "policies")]
    [InlineData("policies.json", "policies.json, on_table_full: closed", "policies")]
    [InlineData("policies.json", "policies.json, jwt: { issuer: me }", "policies")]
    [InlineData("policies.json", "policies.json, jwt: { leeway: 5s }", "policies")]
    [InlineData("policies.json", "policies.json, jwt: { keys: [{ algorithm: HS256, file: k, kid: a }] }", "policies")]
    public void WhatMustAgreeChangesItsSection(string from, string to, string section)
    {
        ConfigFingerprint changed = ConfigFingerprint.Of(Changed(from, to));

        Assert.NotEqual(Reference.ToString(), changed.ToString());
        Assert.Equal(
            [section],
            Reference.Sections.Zip(changed.Sections).Where(p => !p.First.Hash.SequenceEqual(p.Second.Hash)).Select(p => p.First.Section));
    }

    [Theory]
    [InlineData("lb-a", "lb-b", "node", true)]
    [InlineData("eth0", "eth1", "ha", true)]
    [InlineData("192.0.2.100/24", "192.0.2.100/25", "ha", true)]
    [InlineData("primary: true", "primary: true\n  vrrp: { priority: 7 }", "ha", true)]
    [InlineData("192.0.2.100:80", "192.0.2.100:81", "listeners", false)]
    [InlineData("198.51.100.22:80", "198.51.100.22:81", "upstreams", false)]
    [InlineData("policies.json", "other.json", "policies.file", false)]
    [InlineData("policies.json", "policies.json, table: { memory: 64m }", "policies.table", true)]
    [InlineData("policies: {", "admin: { address: 127.0.0.1:9901 }\npolicies: {", "admin.address", true)]
    [InlineData("policies: {", "admin: { trusted_proxies: [] }\npolicies: {", "admin.trusted_proxies", false)]
    [InlineData("policies: {", "log: { level: debug }\npolicies: {", "log", false)]
    [InlineData("policies: {", "drain_timeout: 1s\npolicies: {", "drain_timeout", false)]
    public void ReloadNamesWhatChangedAndWhatNeedsARestart(string from, string to, string section, bool restart)
    {
        ConfigDifference difference = ConfigDifference.Between(Loading.Good(Node), Changed(from, to));

        Assert.Equal([section], difference.Changed.ToArray());
        Assert.Equal(restart ? [section] : [], difference.NeedRestart.ToArray());
    }

    [Fact]
    public void SameConfigurationHasNoDifference() => Assert.True(ConfigDifference.Between(Loading.Good(Node), Loading.Good("# c\n" + Node)).IsEmpty);

    [Theory]
    [InlineData("owner: lb-b", "owner: lb-a", "mode: active-active", "mode: active-passive")]
    [InlineData("192.0.2.101/24", "192.0.2.102/24", "", "")]
    public void GroupsMustAgree(string from, string to, string alsoFrom, string alsoTo)
    {
        string changed = Groups.Replace(from, to, StringComparison.Ordinal);
        if (alsoFrom.Length > 0) changed = changed.Replace(alsoFrom, alsoTo, StringComparison.Ordinal);

        Assert.NotEqual(ConfigFingerprint.Of(Loading.Good(Groups)).ToString(), ConfigFingerprint.Of(Loading.Good(changed)).ToString());
    }

    [Fact]
    public void OwnersAreTheSameOnBothNodes() => Assert.Equal(
        ConfigFingerprint.Of(Loading.Good(Groups)).ToString(),
        ConfigFingerprint.Of(Loading.Good(Groups.Replace("node: lb-a", "node: lb-b", StringComparison.Ordinal))).ToString());

    private static ApplianceConfig Changed(string from, string to)
    {
        string text = Node.Replace(from, to, StringComparison.Ordinal);
        Assert.NotEqual(Node, text);
        return Loading.Good(text);
    }
}
