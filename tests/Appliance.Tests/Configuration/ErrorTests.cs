namespace Appliance.Tests.Configuration;

/// <summary>One mistake each (or several, when that is the point), and the exact lines an operator gets.</summary>
public sealed class ErrorTests
{
    private const string Ha = "ha:\n  primary: true\n  interface: eth0\n  virtual_router_id: 51\n  virtual_addresses: [192.0.2.100/24]\n";

    public static TheoryData<string, string[]> KeysAndShapes => new()
    {
        { "nod: a", ["t.yaml:1:1: nod: the key is not known; did you mean node?"] },
        { "zzz: a", ["t.yaml:1:1: zzz: the key is not known"] },
        { "node: a\nnode: b", ["t.yaml:2:1: node: the key is already given in line 1"] },
        { "node: [a]", ["t.yaml:1:7: node: a single value is expected here, not a list"] },
        { "node:", ["t.yaml:1:6: node: a single value is expected here, not nothing"] },
        { "node: a b", ["t.yaml:1:7: node: \"a b\" is not a name of 1 to 63 letters, digits, '-', '_' and '.'"] },
        { "listeners: {}", ["t.yaml:1:12: listeners: a list is expected here, not a section"] },
        { "listeners: [web]", ["t.yaml:1:13: listeners[0]: a section (keys and values) is expected here, not a single value"] },
        { "log: debug", ["t.yaml:1:6: log: a section (keys and values) is expected here, not a single value"] },
        { "- a", ["t.yaml:1:1: a section (keys and values) is expected here, not a list"] },
        { "buckets: []", ["t.yaml:1:1: buckets: the key is not available in this version"] },
        { Ha + "  sync_interval: 4s", ["t.yaml:6:3: ha.sync_interval: the key is not available in this version"] },
        { "upstreams:\n  - name: a", ["t.yaml:2:5: upstreams[0].servers: the key is required"] },
        { "upstreams:\n  - name: a\n    servers: []", ["t.yaml:3:14: upstreams[0].servers: the list is empty; it needs at least one entry"] },
        { "log: { level: loud, access: some }",
            ["t.yaml:1:15: log.level: \"loud\" is not debug or info or warning or error",
             "t.yaml:1:29: log.access: \"some\" is not off or sampled or all"] },
    };

    public static TheoryData<string, string[]> Values => new()
    {
        { "drain_timeout: 30", ["t.yaml:1:16: drain_timeout: \"30\" is not a duration such as 100ms, 30s, 5m or 24h"] },
        { "drain_timeout: 2h", ["t.yaml:1:16: drain_timeout: \"2h\" is out of range: 0ms to 1h"] },
        { Ha + "  peer_check_interval: 105ms", ["t.yaml:6:24: ha.peer_check_interval: \"105ms\" is not a multiple of 10ms"] },
        { Ha + "  peer_check_interval: 41s", ["t.yaml:6:24: ha.peer_check_interval: \"41s\" is out of range: 10ms to 40s"] },
        { Ha + "  port: 70000", ["t.yaml:6:9: ha.port: \"70000\" is out of range: 1 to 65535"] },
        { Ha + "  port: \"7400\"", ["t.yaml:6:9: ha.port: \"7400\" is not a whole number"] },
        { Ha + "  preempt: yes", ["t.yaml:6:12: ha.preempt: \"yes\" is neither true nor false (without quotes)"] },
        { Ha + "  mode: active-active", ["t.yaml:6:9: ha.mode: active-active needs `groups`: one that this node owns and one that its peer owns"] },
        { Ha + "  witness: [\"ff02::1\"]", ["t.yaml:6:13: ha.witness[0]: \"ff02::1\" is not the address of a host"] },
        { Ha + "  maximum_flaps: 101", ["t.yaml:6:18: ha.maximum_flaps: \"101\" is out of range: 0 to 100"] },
        { Ha + "  flap_window: 25h", ["t.yaml:6:16: ha.flap_window: \"25h\" is out of range: 1s to 24h"] },
        { Ha + "  bypass: { action: pass, hold: 2d }",
            ["t.yaml:6:21: ha.bypass.action: \"pass\" is not standby or passthrough or command",
             "t.yaml:6:33: ha.bypass.hold: \"2d\" is not a duration such as 100ms, 30s, 5m or 24h"] },
        { Ha + "  bandwidth_monitoring: { minimum: 10M, interval: 10ms, interface: a/b }",
            ["t.yaml:6:36: ha.bandwidth_monitoring.minimum: \"10M\" is not a rate such as 10Mbps",
             "t.yaml:6:51: ha.bandwidth_monitoring.interval: \"10ms\" is out of range: 1s to 1h",
             "t.yaml:6:68: ha.bandwidth_monitoring.interface: \"a/b\" is not the name of a network interface"] },
        { Ha + "  link_monitoring: { pairs: [eth0, [], [a/b]], debounce: { up: 2m }, interval: 1ms }",
            ["t.yaml:6:30: ha.link_monitoring.pairs[0]: a list is expected here, not a single value",
             "t.yaml:6:36: ha.link_monitoring.pairs[1]: the list is empty; it needs at least one entry",
             "t.yaml:6:41: ha.link_monitoring.pairs[2][0]: \"a/b\" is not the name of a network interface",
             "t.yaml:6:64: ha.link_monitoring.debounce.up: \"2m\" is out of range: 0ms to 1m",
             "t.yaml:6:80: ha.link_monitoring.interval: \"1ms\" is out of range: 10ms to 1m"] },
        { Ha + "  track: { commands: [] }", ["t.yaml:6:12: ha.track.commands: the key is not available in this version"] },
        { Ha + "  vrrp: { priority: 255 }", ["t.yaml:6:21: ha.vrrp.priority: \"255\" is neither auto nor a whole number from 1 to 254"] },
        { "policies: { file: p.json, table: { memory: 1k } }", ["t.yaml:1:44: policies.table.memory: \"1k\" is out of range: 1m to 64g"] },
        { "policies: { file: p.json, table: { memory: 99999999999999999999g } }",
            ["t.yaml:1:44: policies.table.memory: \"99999999999999999999g\" is not a size such as 64k, 128m or 2g"] },
        { "admin: { address: 127.0.0.1 }",
            ["t.yaml:1:19: admin.address: \"127.0.0.1\" is not an IP address and a port from 1 to 65535, such as 192.0.2.100:443 or \"[::]:443\""] },
        { "admin: { trusted_proxies: [10.0.0.1/8] }",
            ["t.yaml:1:28: admin.trusted_proxies[0]: \"10.0.0.1/8\" has bits behind its prefix; the network is 10.0.0.0/8"] },
        { "upstreams: [{ name: a, servers: [{ address: web_.example.com.9:80 }] }]",
            ["t.yaml:1:45: upstreams[0].servers[0].address: \"web_.example.com.9:80\" is not an IP address or DNS name and a port from 1 to 65535, such as 198.51.100.21:8080"] },
        { "upstreams: [{ name: a, servers: [{ address: 127.1:80 }] }]",
            ["t.yaml:1:45: upstreams[0].servers[0].address: \"127.1:80\" is not an IP address or DNS name and a port from 1 to 65535, such as 198.51.100.21:8080"] },
        { "node: \"a\\e[31mb\"", ["t.yaml:1:7: node: \"a\\u001b[31mb\" is not a name of 1 to 63 letters, digits, '-', '_' and '.'"] },
    };

    public static TheoryData<string, string[]> Yaml => new()
    {
        { "node: &x a", ["t.yaml:1:7: node: anchors (&name) are not supported"] },
        { "node: !!str a", ["t.yaml:1:7: node: tags (!name) are not supported"] },
        { "admin:\n  address: *:80", ["t.yaml:2:12: admin.address: aliases (*name) are not supported; a value that begins with * must be in quotes"] },
        { "node: a\n---\nnode: b", ["t.yaml:2:1: this is not valid YAML: only one document is allowed in the file"] },
        { "? [a]\n: b", ["t.yaml:1:3: this is not valid YAML: a key must be a single word"] },
        { "node: a\0b", ["t.yaml:1:8: control character U+0000 is not allowed"] },
        { "node: ${A}", ["t.yaml:1:7: node: the environment variable A is not set and no default is given (${A:-default})"] },
        { "node: \"${A\"", ["t.yaml:1:7: node: ${ without its closing }"] },
        { "node: \"${1A}\"", ["t.yaml:1:7: node: \"1A\" is not the name of an environment variable"] },
    };

    [Theory]
    [MemberData(nameof(KeysAndShapes))]
    [MemberData(nameof(Values))]
    [MemberData(nameof(Yaml))]
    public void MistakeIsNamedWithItsPlace(string yaml, string[] expected) => Assert.Equal(expected, Loading.Bad(yaml));

    [Theory]
    [InlineData("admin:\n  address: [::]:80", 2, "an IPv6 address must be in quotes")]
    [InlineData("ha: { port: ${PORT} }", 1, "a value with ${...} inside [ ] or { } must be in quotes")]
    [InlineData("admin:\n\taddress: 127.0.0.1:80", 2, "indentation is made of blanks, not tabs")]
    [InlineData("node: \"a", 1, "")]
    public void SyntaxErrorNamesTheLineAndWhatMayBeMeant(string yaml, int line, string hint)
    {
        string error = Assert.Single(Loading.Bad(yaml));

        Assert.StartsWith($"t.yaml:{line}:", error, StringComparison.Ordinal);
        Assert.Contains(": this is not valid YAML: ", error, StringComparison.Ordinal);
        Assert.Contains(hint, error, StringComparison.Ordinal);
    }

    [Fact]
    public void AllMistakesAreNamedInTheOrderOfTheFile()
    {
        Assert.Equal(
            [
                "t.yaml:1:7: node: \"a b\" is not a name of 1 to 63 letters, digits, '-', '_' and '.'",
                "t.yaml:3:5: listeners[0].address: the key is required",
                "t.yaml:6:19: listeners[0].routes[0].upstream: no upstream is named \"aip\"; did you mean api?",
                "t.yaml:8:9: listeners[0].routes[1].upsteam: the key is not known; did you mean upstream?",
                "t.yaml:8:9: listeners[0].routes[1].upstream: one of `upstream`, `redirect` and `response` is required",
                "t.yaml:12:16: upstreams[0].servers[0].weight: \"0\" is out of range: 1 to 256",
            ],
            Loading.Bad("""
                node: a b
                listeners:
                  - name: web
                    routes:
                      - path_prefix: /v1
                        upstream: aip
                      # a word with a letter missing
                      - upsteam: api
                upstreams:
                  - name: api
                    servers: [{ address: 198.51.100.21:8080,
                       weight: 0 }]
                """));
    }

    [Fact]
    public void ValueFromTheEnvironmentIsNeverRepeated()
    {
        string error = Assert.Single(Loading.Lines(Loading.Parse("drain_timeout: ${LIMIT}", _ => "hunter2")));

        Assert.Equal("t.yaml:1:16: drain_timeout: \"${LIMIT}\" is not a duration such as 100ms, 30s, 5m or 24h", error);
    }
}
