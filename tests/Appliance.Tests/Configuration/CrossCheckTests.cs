namespace Appliance.Tests.Configuration;

/// <summary>Mistakes that no key shows alone: references, uniqueness, keys that go together.</summary>
public sealed class CrossCheckTests
{
    private const string Upstreams = "upstreams:\n  - { name: api, servers: [{ address: 198.51.100.21:80 }] }\n";

    public static TheoryData<string, string[]> Listeners => new()
    {
        { Upstreams + "listeners:\n  - { name: a, address: 192.0.2.1:80, routes: [{ upstream: api }] }\n  - { name: a, address: 192.0.2.1:80, routes: [{ upstream: api }] }",
            ["t.yaml:5:13: listeners[1].name: the name \"a\" is already used by listeners[0]",
             "t.yaml:5:25: listeners[1].address: 192.0.2.1:80 is already taken by listeners[0].address"] },
        { Upstreams + "listeners:\n  - { name: admin, address: 127.0.0.1:9900, routes: [{ upstream: api }] }",
            ["t.yaml:1:1: admin.address: 127.0.0.1:9900 is already taken by listeners[0].address",
             "t.yaml:4:13: listeners[0].name: the name admin is kept for a listener of our own"] },
        { "listeners:\n  - { name: a, address: 192.0.2.1:80 }",
            ["t.yaml:2:5: listeners[0].routes: the key is required when `protocol` is http"] },
        { Upstreams + "listeners:\n  - { name: a, address: 192.0.2.1:80, routes: [], upstream: api }",
            ["t.yaml:4:47: listeners[0].routes: the list is empty; it needs at least one entry",
             "t.yaml:4:61: listeners[0].upstream: the key means nothing when `protocol` is http; use `routes`"] },
        { Upstreams + "listeners:\n  - { name: a, address: 192.0.2.1:80, protocol: tcp, policies: enforce, upstream: ap }",
            ["t.yaml:4:64: listeners[0].policies: the key means nothing when `protocol` is tcp",
             "t.yaml:4:83: listeners[0].upstream: no upstream is named \"ap\"; did you mean api?"] },
        { "listeners:\n  - { name: a, address: 192.0.2.1:80, protocol: tcp }",
            ["t.yaml:2:5: listeners[0].upstream: the key is required when `protocol` is tcp"] },
        { "listeners:\n  - { name: a, address: 192.0.2.1:80, protocol: decision }",
            ["t.yaml:2:49: listeners[0].protocol: there is no `policies` section that could be asked"] },
        { Upstreams + "listeners:\n  - { name: a, address: 192.0.2.1:80, policies: enforce, on_policy_failure: closed, routes: [{ upstream: api }] }",
            ["t.yaml:4:49: listeners[0].policies: there is no `policies` section that could be asked",
             "t.yaml:4:77: listeners[0].on_policy_failure: there is no `policies` section that could be asked"] },
        { Upstreams + "listeners:\n  - name: a\n    address: 192.0.2.1:80\n    routes:\n      - { path_prefix: /v1/, upstream: api }\n      - { path_prefix: /v1/x, hosts: [b.example.com], upstream: api }\n      - { path_prefix: /v1x, upstream: api }",
            ["t.yaml:8:9: listeners[0].routes[1]: the route is never reached: routes[0] takes all of its requests"] },
        { Upstreams + "listeners:\n  - { name: a, address: 192.0.2.1:80, routes: [{ path_prefix: /a/../b, upstream: api }] }",
            ["t.yaml:4:63: listeners[0].routes[0].path_prefix: \"/a/../b\" is not a path of whole segments such as /v1, without query, %, //, . and .."] },
        { Upstreams + "listeners:\n  - { name: a, address: 192.0.2.1:80, routes: [{ hosts: [\"a.*.example.com\"], upstream: api }] }",
            ["t.yaml:4:58: listeners[0].routes[0].hosts[0]: \"a.*.example.com\" is not a host name such as api.example.com or \"*.example.com\""] },
    };

    public static TheoryData<string, string[]> UpstreamMistakes => new()
    {
        { "upstreams:\n  - { name: a, servers: [{ address: 198.51.100.1:80, backup: true }] }\n  - { name: a, servers: [{ address: 198.51.100.1:80 }, { address: 198.51.100.1:80 }] }",
            ["t.yaml:2:25: upstreams[0].servers: every server is a backup; at least one must not be",
             "t.yaml:3:13: upstreams[1].name: the name \"a\" is already used by upstreams[0]",
             "t.yaml:3:67: upstreams[1].servers[1].address: the address is already given as servers[0]"] },
        { "listeners:\n  - { name: web, address: 127.0.0.1:80, routes: [{ upstream: a }] }\nupstreams:\n  - { name: a, servers: [{ address: 127.0.0.1:80 }] }",
            ["t.yaml:4:37: upstreams[0].servers[0].address: this is the address of listener \"web\"; the traffic would go round in a circle"] },
        { "admin: { address: 198.51.100.1:9900 }\nha:\n  primary: true\n  interface: eth0\n  virtual_router_id: 51\n  virtual_addresses: [192.0.2.100/24]\n  address: 198.51.100.1\n  peer: 198.51.100.2\n  port: 9900",
            ["t.yaml:9:9: ha.port: 198.51.100.1:9900 is already taken by admin.address"] },
    };

    public static TheoryData<string, string[]> HaMistakes => new()
    {
        { "  virtual_addresses: [192.0.2.100/24]\n  peer: 198.51.100.2", ["t.yaml:2:3: ha.address: the key is required when `peer` is given"] },
        { "  virtual_addresses: [192.0.2.100/24]\n  address: 198.51.100.2\n  vrrp: { unicast: true }",
            ["t.yaml:2:3: ha.peer: the key is required when `address` is given", "t.yaml:4:20: ha.vrrp.unicast: unicast adverts need `ha.peer`"] },
        { "  virtual_addresses: [192.0.2.100/24]\n  address: 198.51.100.2\n  peer: 198.51.100.2", ["t.yaml:4:9: ha.peer: this is the node's own `address`"] },
        { "  virtual_addresses: [192.0.2.100/24, 192.0.2.100/32]\n  witness: [192.0.2.100]",
            ["t.yaml:2:39: ha.virtual_addresses[1]: the address is already given as ha.virtual_addresses[0]",
             "t.yaml:3:13: ha.witness[0]: a virtual address cannot be a witness"] },
        { "  virtual_addresses: [198.51.100.1/24, 198.51.100.2/24]\n  address: 198.51.100.1\n  peer: 198.51.100.2",
            ["t.yaml:2:23: ha.virtual_addresses[0]: this is the node's own `address`; a virtual address belongs to no node",
             "t.yaml:2:40: ha.virtual_addresses[1]: this is the `peer`; a virtual address belongs to no node"] },
        { "  virtual_addresses: [\"2001:db8::100/129\", \"::1/128\", \"ff02::1/64\"]",
            ["t.yaml:2:23: ha.virtual_addresses[0]: \"2001:db8::100/129\": the prefix length is not a whole number from 1 to 128",
             "t.yaml:2:44: ha.virtual_addresses[1]: \"::1/128\" is not the address of a host",
             "t.yaml:2:55: ha.virtual_addresses[2]: \"ff02::1/64\" is not the address of a host"] },
        { "  virtual_addresses: [192.0.2.100/24]\n  address: fe80::1\n  peer: 198.51.100.2",
            ["t.yaml:3:12: ha.address: a link-local address does not say on which link; use a unique local one such as fd00::1",
             "t.yaml:4:9: ha.peer: `address` and `peer` are of different kinds; give two IPv4 or two IPv6 addresses"] },
        { "  virtual_addresses: [192.0.2.100/24]\n  bypass: { action: command }", ["t.yaml:3:11: ha.bypass.command: the key is required when `action` is command"] },
        { "  virtual_addresses: [192.0.2.100/24]\n  bypass: { command: /bin/true }",
            ["t.yaml:3:22: ha.bypass.command: the key means nothing when `action` is standby"] },
        { "  virtual_addresses: [192.0.2.100/24]\n  link_monitoring: { pairs: [[a, b], [c, c]], minimum_active_links: 3 }",
            ["t.yaml:3:42: ha.link_monitoring.pairs[1][1]: the link is already in this pair"] },
        { "  virtual_addresses: [192.0.2.100/24]\n  link_monitoring: { pairs: [[a, b], [c, d]], minimum_active_links: 3 }",
            ["t.yaml:3:69: ha.link_monitoring.minimum_active_links: there are only 2 `pairs`; this node would never be fit"] },
        { "  virtual_addresses: [192.0.2.100/24]\n  link_monitoring: { minimum_active_links: 2 }",
            ["t.yaml:3:44: ha.link_monitoring.minimum_active_links: there are no `pairs` that could be active"] },
        { "  virtual_addresses: [192.0.2.100/24]\n  track: { upstreams: [api] }", ["t.yaml:3:24: ha.track.upstreams[0]: no upstream is named \"api\""] },
        { "  virtual_addresses: [{ address: 192.0.2.100/24, interface: eth1 }, 192.0.2.101]",
            ["t.yaml:2:23: ha.virtual_addresses[0]: an interface per virtual address is not available in this version; write ADDRESS/LENGTH",
             "t.yaml:2:69: ha.virtual_addresses[1]: \"192.0.2.101\" lacks the length of its network's prefix, such as /24"] },
    };

    public static TheoryData<string, string[]> GroupMistakes => new()
    {
        { "  groups: []", ["t.yaml:4:11: ha.groups: the list is empty; it needs at least one entry"] },
        { "  virtual_router_id: 51\n  groups:\n    - { virtual_router_id: 51, owner: lb-a, virtual_addresses: [192.0.2.100/24] }",
            ["t.yaml:4:22: ha.virtual_router_id: the key means nothing with `groups`, where each group has its own; remove it"] },
        { "  groups:\n    - { virtual_router_id: 51, owner: lb-a, virtual_addresses: [192.0.2.100/24] }\n    - { virtual_router_id: 51, owner: lb-a, virtual_addresses: [192.0.2.100/24] }",
            ["t.yaml:6:28: ha.groups[1].virtual_router_id: 51 is already given as ha.groups[0].virtual_router_id",
             "t.yaml:6:65: ha.groups[1].virtual_addresses[0]: the address is already given as ha.groups[0].virtual_addresses[0]"] },
        { "  groups:\n    - { virtual_router_id: 51, owner: lb-a, virtual_addresses: [192.0.2.100/24] }\n    - { virtual_router_id: 52, owner: lb-b, virtual_addresses: [192.0.2.101/24] }",
            ["t.yaml:5:5: ha.groups: two owners make both nodes active; write `mode: active-active`, or give all groups one owner"] },
        { "  mode: active-active\n  groups:\n    - { virtual_router_id: 51, owner: lb-a, virtual_addresses: [192.0.2.100/24] }",
            ["t.yaml:6:5: ha.groups: active-active needs a group owned by the peer; all are owned by this node"] },
        { "  mode: active-active\n  groups:\n    - { virtual_router_id: 51, owner: lb-b, virtual_addresses: [192.0.2.100/24] }",
            ["t.yaml:6:5: ha.groups: active-active needs a group owned by this node, \"lb-a\""] },
        { "  mode: active-active\n  groups:\n    - { virtual_router_id: 51, owner: lb-b, virtual_addresses: [192.0.2.100/24] }\n    - { virtual_router_id: 52, owner: lb-c, virtual_addresses: [192.0.2.101/24] }",
            ["t.yaml:7:39: ha.groups[1].owner: this node is \"lb-a\"; \"lb-b\" and \"lb-c\" cannot both be its peer"] },
        { "  mode: active-active\n  vrrp: { priority: 100 }\n  groups:\n    - { virtual_router_id: 51, owner: lb-a, virtual_addresses: [192.0.2.100/24] }\n    - { virtual_router_id: 52, owner: lb-b, virtual_addresses: [192.0.2.101/24] }",
            ["t.yaml:5:21: ha.vrrp.priority: with two owners only auto makes sense: each group's owner has 254, the other node 253"] },
        { "  groups:\n    - { virtual_router_id: 51, virtual_addresses: [] }",
            ["t.yaml:5:7: ha.groups[0].owner: the key is required",
             "t.yaml:5:51: ha.groups[0].virtual_addresses: the list is empty; it needs at least one entry"] },
        { "  port: 7400",
            ["t.yaml:3:3: ha.primary: the key is required (or `groups` instead)",
             "t.yaml:3:3: ha.virtual_router_id: the key is required (or `groups` instead)",
             "t.yaml:3:3: ha.virtual_addresses: the key is required (or `groups` instead)"] },
    };

    [Theory]
    [MemberData(nameof(GroupMistakes))]
    public void MistakeOfAGroupIsNamedWithItsPlace(string rest, string[] expected) =>
        Assert.Equal(expected, Loading.Bad($"node: lb-a\nha:\n  interface: eth0\n{rest}\n"));

    [Fact]
    public void WildcardOfIPv6TakesIPv4AsWell()
    {
        const string Text = Upstreams + "listeners:\n  - { name: a, address: \"*:80\", routes: [{ upstream: api }] }\n  - { name: b, address: \"[::]:80\", routes: [{ upstream: api }] }\n";

        Assert.Equal(["t.yaml:5:25: listeners[1].address: [::]:80 is already taken by listeners[0].address"], Loading.Bad(Text));
        Loading.Good(Text.Replace("[::]:80", "[::1]:80", StringComparison.Ordinal));
    }

    [Fact]
    public void RouteForAnyHostIsReachedBehindOneForSomeHosts() => Loading.Good(Upstreams
        + "listeners:\n  - name: a\n    address: 192.0.2.1:80\n    routes:\n      - { hosts: [b.example.com], upstream: api }\n      - { upstream: api }");

    [Fact]
    public void VirtualAddressesAreBounded()
    {
        static string Of(int addresses) => "ha:\n  primary: true\n  interface: eth0\n  virtual_router_id: 51\n"
            + $"  virtual_addresses: [{string.Join(", ", Enumerable.Range(1, addresses).Select(i => $"192.0.2.{i}/24"))}]";

        Loading.Good(Of(20));
        Assert.Equal(["t.yaml:5:22: ha.virtual_addresses: more than 20 addresses"], Loading.Bad(Of(21)));
    }

    [Fact]
    public void ServersOfAnUpstreamAreBounded()
    {
        static string Of(int servers) => $"upstreams: [{{ name: a, servers: [{string.Join(", ", Enumerable.Range(1, servers).Select(i => $"{{ address: 192.0.2.{i}:80 }}"))}] }}]";

        Loading.Good(Of(64));
        Assert.Equal(["t.yaml:1:33: upstreams[0].servers: more than 64 servers"], Loading.Bad(Of(65)));
    }

    [Theory]
    [MemberData(nameof(Listeners))]
    [MemberData(nameof(UpstreamMistakes))]
    public void MistakeIsNamedWithItsPlace(string yaml, string[] expected) => Assert.Equal(expected, Loading.Bad(yaml));

    [Theory]
    [MemberData(nameof(HaMistakes))]
    public void HaMistakeIsNamedWithItsPlace(string rest, string[] expected) =>
        Assert.Equal(expected, Loading.Bad($"ha:\n{rest}\n  primary: true\n  interface: eth0\n  virtual_router_id: 51\n"));
}
