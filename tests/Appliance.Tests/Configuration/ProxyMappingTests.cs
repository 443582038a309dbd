using System.Net;
using Appliance.Configuration;
using Appliance.Proxy;
using Appliance.Proxy.Configuration;

namespace Appliance.Tests.Configuration;

public sealed class ProxyMappingTests
{
    private const string Text = """
        node: lb-a
        listeners:
          - name: web
            address: 192.0.2.1:80
            trusted_proxies: [198.51.100.0/24]
            on_policy_failure: closed
            routes:
              - { hosts: [a.example.com], path_prefix: /v1, upstream: api }
              - { upstream: api }
            timeouts: { connect: 1s, request_header: 2s, idle: 3s, response: 4s, tunnel: 5s }
          - { name: free, address: 192.0.2.1:81, policies: off, routes: [{ upstream: api }] }
          - { name: db, address: 192.0.2.1:5432, protocol: tcp, upstream: api }
          - { name: ask, address: 192.0.2.1:82, protocol: decision, trusted_proxies: [192.0.2.9] }
        upstreams:
          - { name: api, servers: [{ address: 198.51.100.21:80, weight: 3 }, { address: 198.51.100.22:80, backup: true }] }
        policies: { file: p.json }
        admin: { address: 127.0.0.1:9901, trusted_proxies: [127.0.0.1] }
        """;

    private readonly Answer _admin = new();
    private readonly Answer _decision = new();

    [Fact]
    public void EveryListenerArrives()
    {
        ProxySettings settings = Map(Text);

        Assert.Equal(["web", "free", "db", "ask", "admin"], settings.Listeners.Select(l => l.Name));
        Assert.Equal(
            [ListenerProtocol.Http, ListenerProtocol.Http, ListenerProtocol.Tcp, ListenerProtocol.Local, ListenerProtocol.Local],
            settings.Listeners.Select(l => l.Protocol));
        Assert.Equal([true, false, false, false, false], settings.Listeners.Select(l => l.EnforcePolicies));
        Assert.Equal([false, true, true, true, true], settings.Listeners.Select(l => l.OpenOnPolicyFailure));
        Assert.Equal([null, null, "api", null, null], settings.Listeners.Select(l => l.Upstream));
        Assert.Equal(new ILocalHandler?[] { null, null, null, _decision, _admin }, settings.Listeners.Select(l => l.Handler));
        Assert.Equal("192.0.2.9/32", Assert.Single(settings.Listeners[3].TrustedProxies).ToString());
        Assert.Equal("127.0.0.1/32", Assert.Single(settings.Listeners[4].TrustedProxies).ToString());
        Assert.Equal(IPEndPoint.Parse("127.0.0.1:9901"), settings.Listeners[4].Address);
    }

    [Fact]
    public void RoutesTimeoutsAndServersArrive()
    {
        ProxySettings settings = Map(Text);
        ListenerSettings web = settings.Listeners[0];

        Assert.Equal(IPEndPoint.Parse("192.0.2.1:80"), web.Address);
        Assert.Equal("198.51.100.0/24", Assert.Single(web.TrustedProxies).ToString());
        Assert.Equal(["a.example.com"], web.Routes[0].Hosts.ToArray());
        Assert.Equal([("/v1", "api"), ("/", "api")], web.Routes.Select(r => (r.PathPrefix, r.Upstream)));
        Assert.Equal(
            new[] { 1, 2, 3, 4, 5 }.Select(s => TimeSpan.FromSeconds(s)),
            [web.Timeouts.Connect, web.Timeouts.RequestHeader, web.Timeouts.Idle, web.Timeouts.Response, web.Timeouts.Tunnel]);
        Assert.Equal(
            [new ServerSettings(IPEndPoint.Parse("198.51.100.21:80"), 3), new ServerSettings(IPEndPoint.Parse("198.51.100.22:80"), 1, true)],
            settings.Upstreams[0].Servers.ToArray());
    }

    [Fact]
    public void ListenerOfSeveralAddressesIsOneEach()
    {
        ProxySettings settings = Map(Loading.Minimal.Replace(
            "address: 192.0.2.1:80", "addresses: [\"192.0.2.1:80\", \"[2001:db8::1]:80\"]", StringComparison.Ordinal));

        Assert.Equal(["web@192.0.2.1:80", "web@[2001:db8::1]:80", "admin"], settings.Listeners.Select(l => l.Name));
        Assert.Equal([IPEndPoint.Parse("192.0.2.1:80"), IPEndPoint.Parse("[2001:db8::1]:80")], settings.Listeners.Take(2).Select(l => l.Address));
    }

    [Fact]
    public void MemoryIsBoundedUnlessTheFileSaysHowMuch()
    {
        Assert.Equal(GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 2, Map(Loading.Minimal).MemoryLimit);
        Assert.Equal(64L << 20, Map(Loading.Minimal + "\nmemory_limit: 64m\n").MemoryLimit);
    }

    [Fact]
    public void WithoutPoliciesNothingIsEnforced() => Assert.DoesNotContain(Map(Loading.Minimal).Listeners, l => l.EnforcePolicies);

    [Fact]
    public void DefaultsOfTheFileAreThoseOfTheDataPlane() => Assert.Equal(new TimeoutSettings(), Map(Loading.Minimal).Listeners[0].Timeouts);

    private ProxySettings Map(string yaml) => ProxyMapping.ToSettings(Loading.Good(yaml), [], _admin, listener =>
    {
        Assert.Equal("ask", listener.Name);
        return _decision;
    });

    private sealed class Answer : ILocalHandler
    {
        public ValueTask HandleAsync(LocalExchange exchange) => ValueTask.CompletedTask;
    }
}
