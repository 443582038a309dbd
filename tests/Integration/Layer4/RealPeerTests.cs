using System.Collections.Immutable;
using System.Net;
using Appliance.Proxy;
using Appliance.Proxy.Configuration;
using Integration.Lab;
using Microsoft.Extensions.Logging.Abstractions;
using TestSupport;

namespace Integration.Layer4;

/// <summary>The data plane on loopback between programs that others wrote: HAProxy and nginx for the PROXY protocol, OpenSSL for SNI.</summary>
public sealed class RealPeerTests : IDisposable
{
    private readonly TemporaryFolder _directory = new("layer4-");
    private readonly List<IDisposable> _running = [];

    [Theory]
    [InlineData("send-proxy", ListenerProtocol.Http)]
    [InlineData("send-proxy-v2", ListenerProtocol.Http)]
    [InlineData("send-proxy-v2", ListenerProtocol.Tcp)]
    public void TheClientThatHaproxyNamesReachesNginx(string option, ListenerProtocol protocol)
    {
        // Told by X-Forwarded-For over http, by a PROXY header of our own over tcp.
        bool tcp = protocol == ListenerProtocol.Tcp;
        int web = StartNginx(tcp ? " proxy_protocol" : "", tcp ? "$proxy_protocol_addr" : "$http_x_forwarded_for");
        int ours = StartOurs(web, protocol, reads: true, sends: tcp ? ProxyProtocolVersion.V2 : null);
        int front = StartHaproxy(ours, option);

        Assert.Equal("127.0.0.5\n", Get("127.0.0.5", front));
    }

    [Theory]
    [InlineData(ProxyProtocolVersion.V1)]
    [InlineData(ProxyProtocolVersion.V2)]
    public void NginxReadsTheHeaderThatWeSend(ProxyProtocolVersion version)
    {
        int web = StartNginx(" proxy_protocol", "$proxy_protocol_addr $proxy_protocol_server_addr $proxy_protocol_server_port");
        int ours = StartOurs(web, ListenerProtocol.Tcp, reads: false, sends: version);

        Assert.Equal($"127.0.0.6 127.0.0.1 {ours}\n", Get("127.0.0.6", ours));
    }

    [Theory]
    [InlineData("api.example.com", "-tls1_3", "CN = api")]
    [InlineData("API.example.com", "-tls1_2", "CN = api")]
    [InlineData("other.example.com", "-tls1_3", "CN = rest")]
    [InlineData(null, "-tls1_3", "CN = rest")]
    public void OpensslReachesTheServerThatItNames(string? name, string version, string subject)
    {
        int api = StartTlsServer("api"), rest = StartTlsServer("rest");
        int ours = StartSniRouter(api, rest);
        string[] sni = name is null ? ["-noservername"] : ["-servername", name];

        CommandResult seen = Command.Run("openssl", ["s_client", "-connect", $"127.0.0.1:{ours}", version, "-brief", .. sni], new Dictionary<string, string>());

        Assert.Contains($"Peer certificate: {subject}\n", seen.Output + seen.Error, StringComparison.Ordinal);
    }

    public void Dispose()
    {
        _running.Reverse();
        foreach (IDisposable one in _running) one.Dispose();
        _directory.Dispose();
    }

    private static string Get(string from, int port) =>
        Command.Run("curl", "-s", "--max-time", "10", "--interface", from, $"http://127.0.0.1:{port}/").Text;

    private int StartNginx(string listenOption, string answer)
    {
        int port = LoopbackProcess.FreePort();
        string config = Write("nginx.conf", $$"""
            daemon off; pid {{_directory.FullName}}/pid; error_log stderr warn; worker_processes 1; master_process off;
            events { worker_connections 64; }
            http {
                access_log off;
                client_body_temp_path {{_directory.FullName}}/body; proxy_temp_path {{_directory.FullName}}/proxy; fastcgi_temp_path {{_directory.FullName}}/fastcgi;
                uwsgi_temp_path {{_directory.FullName}}/uwsgi; scgi_temp_path {{_directory.FullName}}/scgi;
                server { listen 127.0.0.1:{{port}}{{listenOption}}; location / { return 200 "{{answer}}\n"; } }
            }

            """);
        _running.Add(LoopbackProcess.Start(port, "nginx", "-e", "stderr", "-c", config));
        return port;
    }

    private int StartHaproxy(int server, string option)
    {
        int port = LoopbackProcess.FreePort();
        string config = Write("haproxy.cfg", $"""
            global
              maxconn 64
            defaults
              mode tcp
              timeout connect 5s
              timeout client 30s
              timeout server 30s
            listen front
              bind 127.0.0.1:{port}
              server ours 127.0.0.1:{server} {option}

            """);
        _running.Add(LoopbackProcess.Start(port, "haproxy", "-db", "-f", config));
        return port;
    }

    private int StartTlsServer(string name)
    {
        int port = LoopbackProcess.FreePort();
        string key = _directory.PathOf($"{name}.key"), certificate = _directory.PathOf($"{name}.pem");
        _ = Command.Run(
            "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", key, "-out", certificate,
            "-subj", $"/CN={name}", "-days", "2").Text;
        _running.Add(LoopbackProcess.Start(port, "openssl", "s_server", "-accept", $"127.0.0.1:{port}", "-key", key, "-cert", certificate, "-www"));
        return port;
    }

    private int StartOurs(int server, ListenerProtocol protocol, bool reads, ProxyProtocolVersion? sends) => StartOurs(
        new ListenerSettings
        {
            Name = "front",
            Protocol = protocol,
            Address = new IPEndPoint(IPAddress.Loopback, 0),
            Upstream = protocol == ListenerProtocol.Tcp ? "server" : null,
            Routes = protocol == ListenerProtocol.Http ? [new RouteSettings { Upstream = "server" }] : [],
            ProxyProtocol = reads,
            TrustedProxies = [IPNetwork.Parse("127.0.0.1/32")],
        },
        Pool("server", server) with { ProxyProtocol = sends });

    private int StartSniRouter(int api, int rest) => StartOurs(
        new ListenerSettings
        {
            Name = "front",
            Protocol = ListenerProtocol.Tcp,
            Address = new IPEndPoint(IPAddress.Loopback, 0),
            Upstream = "rest",
            Routes = [new RouteSettings { Hosts = ["api.example.com"], Upstream = "api" }],
        },
        Pool("api", api),
        Pool("rest", rest));

    private int StartOurs(ListenerSettings listener, params UpstreamSettings[] upstreams)
    {
        var server = new ProxyServer(1, policies: null, NullLogger.Instance);
        _running.Add(server);
        server.Start(new ProxySettings { Listeners = [listener], Upstreams = [.. upstreams] });
        return ((IPEndPoint)server.Addresses[listener.Name]).Port;
    }

    private static UpstreamSettings Pool(string name, int port) =>
        new() { Name = name, Servers = ImmutableArray.Create(new ServerSettings(new IPEndPoint(IPAddress.Loopback, port))) };

    private string Write(string name, string text)
    {
        string path = _directory.PathOf(name);
        File.WriteAllText(path, text);
        return path;
    }
}
