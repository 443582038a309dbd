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
        { "  virtual_addresses: [\"2001:db8::100/64\"]",
            ["t.yaml:2:23: ha.virtual_addresses[0]: \"2001:db8::100/64\": IPv6 virtual addresses are not available in this version"] },
        { "  virtual_addresses: [{ address: 192.0.2.100/24, interface: eth1 }, 192.0.2.101]",
            ["t.yaml:2:23: ha.virtual_addresses[0]: an interface per virtual address is not available in this version; write ADDRESS/LENGTH",
             "t.yaml:2:69: ha.virtual_addresses[1]: \"192.0.2.101\" lacks the length of its network's prefix, such as /24"] },
    };

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
