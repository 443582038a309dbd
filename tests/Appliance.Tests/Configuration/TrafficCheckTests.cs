namespace Appliance.Tests.Configuration;

/// <summary>Mistakes in the keys of the data plane, and the exact lines an operator gets.</summary>
public sealed class TrafficCheckTests
{
    private const string Upstreams = "upstreams:\n  - { name: api, servers: [{ address: 198.51.100.21:80 }] }\n";

    /// <summary>Keys of one http listener.</summary>
    public static TheoryData<string, string[]> Http => new()
    {
        { "proxy_protocol: true", ["proxy_protocol: `trusted_proxies` is needed: the header is believed from those networks only"] },
        { "on_limit: drop", ["on_limit: there are no `limits` that could be exceeded"] },
        { "offload_after: 10 refusals in 10s", ["offload_after: there are no `limits` that could be exceeded"] },
        { "offload_after: often\n    limits: { maximum_connections: 1 }",
            ["offload_after: a section (keys and values) is expected here, not a single value"] },
        { "offload_after: 0 refusals in 2h\n    limits: { maximum_connections: 1 }",
            ["offload_after.refusals: \"0\" is out of range: 1 to 1000000000", "offload_after.window: \"2h\" is out of range: 1s to 1h"] },
        { "limits: {}", ["limits: no limit is given"] },
        { "limits: { connection_burst: 1, maximum_connections: 1 }", ["limits.connection_burst: the key means nothing without `connections_per_second`"] },
        { "limits: { connections_per_second: \"1\" }", ["limits.connections_per_second: \"1\" is not a number"] },
        { "limits: { connections_per_second: 0 }", ["limits.connections_per_second: \"0\" is out of range: 0.01 to 10000000"] },
        { "tls: {}", ["tls.certificate_file: the key is required, with `key_file`; or `certificates`"] },
        { "tls: { certificate_file: a }", ["tls.key_file: the key is required when `certificate_file` is given"] },
        { "tls: { key_file: a }", ["tls.certificate_file: the key is required when `key_file` is given"] },
        { "tls: { certificates: [{ certificate_file: a, key_file: b }], client_certificate: optional }",
            ["tls.client_certificate: `client_ca_file` is needed: it names who may sign client certificates"] },
        { "tls: { certificate_file: a, key_file: b, minimum_version: \"1.1\" }", ["tls.minimum_version: \"1.1\" is not available in this version (1.2 or 1.3)"] },
        { "tls: { certificate_file: a, key_file: b }\n    redirect_to_https: true",
            ["redirect_to_https: the listener has `tls` already; the redirect would go round in a circle"] },
        { "redirect_to_https: 0", ["redirect_to_https: \"0\" is neither true nor false nor a port from 1 to 65535"] },
        { "udp: { responses: 1 }", ["udp: the key means nothing when `protocol` is http"] },
        { "error_pages: { 200: a.html, 503: a.exe }",
            ["error_pages.200: \"200\" is out of range: 400 to 599", "error_pages.503: the file's ending is none of .html, .htm, .json, .txt and .xml"] },
        { "request_headers: { set: { \"X y\": a, Content-Length: 1, host: b, X-A: \"a\\nb\", x-a: c } }",
            ["request_headers.set.\"X y\": \"X y\" is not the name of a header field",
             "request_headers.set.Content-Length: \"Content-Length\" frames the message or belongs to one connection; it cannot be edited",
             "request_headers.set.host: \"host\" cannot be edited; use the key `host` of the route",
             "request_headers.set.X-A: \"a\\u000ab\" is not the value of a header field: printable ASCII without blanks at its ends",
             "request_headers.set.x-a: the name is already given, in another spelling"] },
        { "response_headers: { remove: [Transfer-Encoding] }",
            ["response_headers.remove[0]: \"Transfer-Encoding\" frames the message or belongs to one connection; it cannot be edited"] },
        { "addresses: [192.0.2.1:81]", ["addresses: `address` is given as well; write all of them here"] },
    };

    public static TheoryData<string, string[]> Routes => new()
    {
        { "path_prefix: /a", ["upstream: one of `upstream`, `redirect` and `response` is required"] },
        { "upstream: api, redirect: { location: / }", ["redirect: `upstream` is given as well; a route has one of them"] },
        { "redirect: { status: 300, location: / }", ["redirect.status: \"300\" is not 301 or 302 or 303 or 307 or 308"] },
        { "redirect: { location: \"/$path\" }",
            ["redirect.location: \"/$path\" is not a URI such as https://www.example.com$target, in which only $host and $target may stand for parts of the request"] },
        { "redirect: { location: / }, host: $server", ["host: the key means nothing with `redirect`: no server sees the request"] },
        { "response: { status: 204, body: x }", ["response.body: an answer with status 204 has no body"] },
        { "response: { content_type: text }", ["response.content_type: \"text\" is not a media type such as text/plain"] },
        { "upstream: api, host: \"a b\"", ["host: \"a b\" is not a host name, with or without a port, or $server"] },
    };

    public static TheoryData<string, string[]> UpstreamKeys => new()
    {
        { "hash: { on: source }", ["hash: the key means nothing without `balance: hash`"] },
        { "balance: hash, hash: { on: header }", ["hash.name: the key is required when `on` is header or cookie"] },
        { "balance: hash, hash: { on: path, name: a }", ["hash.name: the key means nothing unless `on` is header or cookie"] },
        { "health_check: { statuses: [200] }", ["health_check.statuses: the key means nothing without `path`: connecting is the whole check"] },
        { "health_check: { path: /, statuses: [] }", ["health_check.statuses: the list is empty; it needs at least one entry"] },
        { "health_check: { path: /, statuses: [300-200] }",
            ["health_check.statuses[0]: \"300-200\" is neither a status from 100 to 599 nor a range such as 200-399"] },
        { "health_check: { timeout: 6s }", ["health_check.timeout: `timeout` is longer than `interval`"] },
        { "health_check: { interval: 500ms }", ["health_check.interval: `timeout` is longer than `interval`"] },
        { "retry: { on: [200, never] }",
            ["retry.on[0]: \"200\" is not error or timeout or a status from 400 to 599", "retry.on[1]: \"never\" is not error or timeout or a status from 400 to 599"] },
        { "retry: { attempts: 17 }", ["retry.attempts: \"17\" is out of range: 1 to 16"] },
        { "retry: { try_timeout: 2s, total_timeout: 1s }", ["retry.try_timeout: it is longer than `total_timeout`"] },
        { "sticky: {}", ["sticky.cookie: the key is required"] },
        { "sticky: { cookie: \"a;b\" }", ["sticky.cookie: \"a;b\" is not the name of a cookie"] },
        { "tls: { verify: false, ca_file: a }", ["tls.ca_file: the key means nothing with `verify: false`"] },
        { "tls: { certificate_file: a }", ["tls.key_file: the key is required when `certificate_file` is given"] },
        { "proxy_protocol: v3", ["proxy_protocol: \"v3\" is not v1 or v2; did you mean v1?"] },
    };

    public static TheoryData<string, string[]> Protocols => new()
    {
        { "protocol: tcp, upstream: api, max_body_size: 1k, udp: {}, trusted_proxies: [192.0.2.0/24]",
            ["max_body_size: the key means nothing when `protocol` is tcp", "udp: the key means nothing when `protocol` is tcp",
             "trusted_proxies: the key means nothing when `protocol` is tcp without `proxy_protocol: true`"] },
        { "protocol: tcp, routes: [{ upstream: api, path_prefix: /a }]",
            ["routes[0].hosts: the key is required when `protocol` is tcp; what no route takes goes to the listener's `upstream`",
             "routes[0].path_prefix: the key means nothing when `protocol` is tcp"] },
        { "protocol: tcp, routes: [{ upstream: api, hosts: [a.b] }], tls: { certificate_file: a, key_file: b }",
            ["routes: routes of tcp pass TLS through untouched; they cannot go with `tls`"] },
        { "protocol: udp, routes: [], tls: { certificate_file: a, key_file: b }, timeouts: {}",
            ["upstream: the key is required when `protocol` is udp", "routes: the key means nothing when `protocol` is udp",
             "tls: the key means nothing when `protocol` is udp", "timeouts: the key means nothing when `protocol` is udp; use `udp.idle`"] },
        { "protocol: decision, tls: { certificate_file: a, key_file: b }, forwarded: none",
            ["protocol: there is no `policies` section that could be asked", "tls: the key is not available when `protocol` is decision",
             "forwarded: the key means nothing when `protocol` is decision"] },
    };

    [Theory]
    [MemberData(nameof(Http))]
    public void MistakeOfAnHttpListenerIsNamed(string keys, string[] expected) => Assert.Equal(
        expected.Select(e => $"listeners[0].{e}"),
        Messages($"{Upstreams}listeners:\n  - name: a\n    address: 192.0.2.1:80\n    routes: [{{ upstream: api }}]\n    {keys}\n"));

    [Theory]
    [MemberData(nameof(Routes))]
    public void MistakeOfARouteIsNamed(string keys, string[] expected) => Assert.Equal(
        expected.Select(e => $"listeners[0].routes[0].{e}"),
        Messages($"{Upstreams}listeners: [{{ name: a, address: 192.0.2.1:80, routes: [{{ {keys} }}] }}]"));

    [Theory]
    [MemberData(nameof(UpstreamKeys))]
    public void MistakeOfAnUpstreamIsNamed(string keys, string[] expected) => Assert.Equal(
        expected.Select(e => $"upstreams[0].{e}"),
        Messages($"upstreams: [{{ name: a, servers: [{{ address: 198.51.100.21:80 }}], {keys} }}]"));

    [Theory]
    [MemberData(nameof(Protocols))]
    public void KeyOfAnotherProtocolIsNamed(string keys, string[] expected) => Assert.Equal(
        expected.Select(e => $"listeners[0].{e}").Order(),
        Messages($"{Upstreams}listeners: [{{ name: a, address: 192.0.2.1:80, {keys} }}]").Order());

    [Theory]
    [InlineData("tcp", "sticky: { cookie: S }", "sticky: cookies need http, and listener \"a\", which is tcp, uses this upstream")]
    [InlineData("tcp", "balance: hash, hash: { on: path }", "hash.on: only `source` goes without http, and listener \"a\", which is tcp, uses this upstream")]
    [InlineData("udp", "tls: {}", "tls: TLS needs http or tcp, and listener \"a\", which is udp, uses this upstream")]
    [InlineData("udp", "proxy_protocol: v2", "proxy_protocol: the PROXY protocol needs http or tcp, and listener \"a\", which is udp, uses this upstream")]
    public void UpstreamThatNeedsAnotherProtocolThanItsListenerIsNamed(string protocol, string keys, string expected) => Assert.Equal(
        [$"upstreams[0].{expected}"],
        Messages($"upstreams: [{{ name: api, servers: [{{ address: 198.51.100.21:80 }}], {keys} }}]\n"
            + $"listeners: [{{ name: a, address: 192.0.2.1:80, protocol: {protocol}, upstream: api }}]"));

    [Fact]
    public void DatagramsAndStreamsShareAnAddress()
    {
        const string Text = Upstreams + "listeners:\n  - { name: a, address: 192.0.2.1:53, protocol: tcp, upstream: api }\n  - { name: b, address: 192.0.2.1:53, protocol: udp, upstream: api }\n";

        Loading.Good(Text);
        Assert.Equal(
            ["listeners[1].address: 192.0.2.1:53 is already taken by listeners[0].address"],
            Messages(Text.Replace("protocol: tcp", "protocol: udp", StringComparison.Ordinal)));
    }

    [Fact]
    public void AddressesOfOneListenerDiffer() => Assert.Equal(
        ["listeners[0].addresses[1]: 192.0.2.1:80 is already taken by listeners[0].addresses[0]"],
        Messages(Upstreams + "listeners: [{ name: a, addresses: [\"192.0.2.1:80\", \"192.0.2.1:80\"], routes: [{ upstream: api }] }]"));

    [Fact]
    public void ShortFormOfOffloadIsTheSameAsTheSection()
    {
        static Appliance.Proxy.Configuration.AdmissionSettings? Of(string offload) => Loading.Good(Upstreams
            + $"listeners:\n  - name: a\n    address: 192.0.2.1:80\n    routes: [{{ upstream: api }}]\n    limits: {{ maximum_connections: 1 }}\n    offload_after: {offload}\n").Listeners[0].Admission;

        Assert.Equal(Of("{ refusals: 5, window: 2s, for: 3s }"), Of("5 refusals in 2s for 3s"));
        Assert.Equal(Of("{ refusals: 5, window: 2s, for: 60s }"), Of("5 refusals in 2s"));
    }

    private static string[] Messages(string yaml) => [.. Loading.Parse(yaml).Errors.Select(e => $"{e.Path}: {e.Message}")];
}
