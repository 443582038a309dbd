using System.Collections.Immutable;
using System.Net;
using Appliance.Proxy.Configuration;
using Proxy.Tests.Support;

namespace Proxy.Tests.Tls;

/// <summary>Data planes whose only listener speaks TLS.</summary>
internal static class TlsRigs
{
    public const string Answer = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

    public static ProxySettings Settings(TlsSettings tls, params IPEndPoint[] servers) => Settings(tls, ListenerProtocol.Http, servers);

    public static ProxySettings Settings(TlsSettings tls, ListenerProtocol protocol, params IPEndPoint[] servers) => new()
    {
        Listeners =
        [
            new ListenerSettings
            {
                Name = "web",
                Protocol = protocol,
                Address = new IPEndPoint(IPAddress.Loopback, 0),
                Routes = protocol == ListenerProtocol.Http ? [new RouteSettings { Upstream = "app" }] : [],
                Upstream = protocol == ListenerProtocol.Tcp ? "app" : null,
                Tls = tls,
            },
        ],
        Upstreams = [ProxyRig.Pool(servers)],
    };

    public static TlsSettings With(params CertificateSettings[] certificates) => new() { Certificates = [.. certificates] };

    public static ProxySettings WithKeys(this ProxySettings settings, params string[] secrets) =>
        settings with { ClusterKeys = [.. secrets.Select((text, i) => new SharedKey((byte)i, System.Text.Encoding.ASCII.GetBytes(text.PadRight(32, '.'))))] };

    public static ProxySettings WithTimeouts(this ProxySettings settings, TimeoutSettings timeouts) =>
        settings with { Listeners = [settings.Listeners[0] with { Timeouts = timeouts }] };

    public static ImmutableArray<UpstreamSettings> SecurePool(UpstreamTlsSettings tls, params IPEndPoint[] servers) =>
        [ProxyRig.Pool(servers) with { Tls = tls }];
}
