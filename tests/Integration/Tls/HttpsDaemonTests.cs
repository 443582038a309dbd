using System.Net.Security;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Integration.Lab;

namespace Integration.Tls;

/// <summary>The real daemon serves https from its config, to openssl, curl and python.</summary>
public sealed class HttpsDaemonTests : IDisposable
{
    // Two daemons, one session: what the first gives out, the second must honour.
    private const string Resume = """
        import socket, ssl, sys
        context = ssl.create_default_context(cafile=sys.argv[1])
        session = None
        for port in sys.argv[2:]:
            with context.wrap_socket(socket.create_connection(("127.0.0.1", int(port)), 10), server_hostname="a.example", session=session) as client:
                client.sendall(b"GET / HTTP/1.1\r\nHost: a.example\r\nConnection: close\r\n\r\n")
                while client.recv(4096): pass
                print(client.session_reused)
                session = client.session
        """;

    private const string Fetch = """
        import ssl, sys, urllib.request
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=ssl.create_default_context(cafile=sys.argv[1])))
        print(opener.open(sys.argv[2], timeout=10).read().decode())
        """;

    private readonly LoopbackDaemon _daemon = new();
    private readonly NamedServer _server = new("served");
    private readonly int _port = LoopbackDaemon.FreePort();

    public HttpsDaemonTests() => TestCertificate.Write(_daemon.Home, "a", "a.example");

    [Fact]
    public void OpensslCurlAndPythonAreServedAndTheAccessLogHasTheirRequests()
    {
        Configure().Start();

        Assert.Equal("served", Curl("/of-curl"));
        Assert.Equal("served\n", Command.Run("python3", "-c", Fetch, Pem("a"), $"https://127.0.0.1:{_port}/of-python").Text);
        Assert.Contains("Verification: OK", Openssl("a.example", "-CAfile", Pem("a")), StringComparison.Ordinal);

        Until.True("the access log has them", () => Lines().Length >= 2, seen: () => _daemon.Output);
        Assert.Equal(["/of-curl", "/of-python"], Lines().Select(line => JsonDocument.Parse(line).RootElement.GetProperty("path").GetString()).Order());
        Assert.Contains("appliance_tls_handshakes_total{listener=\"web\"} 3", _daemon.Metrics(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a.example", "CN = a.example")]
    [InlineData("b.example", "CN = b.example")]
    [InlineData("c.example", "CN = a.example")]
    public void TheNameThatTheClientAsksForChoosesTheCertificate(string name, string subject)
    {
        TestCertificate.Write(_daemon.Home, "b", "b.example");
        Configure(more: ", certificates: [{ certificate_file: b.pem, key_file: b.key }]").Start();

        Assert.Contains($"Peer certificate: {subject}\n", Openssl(name), StringComparison.Ordinal);
    }

    [Fact]
    public void WithoutItsCertificateAClientIsRefusedWhereOneIsRequired()
    {
        TestCertificate.Write(_daemon.Home, "client", "client.example");
        TestCertificate.Write(_daemon.Home, "stranger", "client.example");
        Configure(more: ", client_ca_file: client.pem, client_certificate: require").Start();

        Assert.Equal("served", Curl("/", "--cert", Pem("client"), "--key", _daemon.PathOf("client.key")));
        Assert.NotEqual(0, TryCurl("/").ExitCode);
        Assert.NotEqual(0, TryCurl("/", "--cert", Pem("stranger"), "--key", _daemon.PathOf("stranger.key")).ExitCode);
        Assert.Equal(1, _server.Requests);
        Assert.Contains("appliance_tls_handshakes_failed_total{listener=\"web\"} 2", _daemon.Metrics(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void ASessionOfOneDaemonIsResumedByAnotherWithTheSameClusterKey(bool sameKey)
    {
        using var peer = new LoopbackDaemon();
        foreach (string file in new[] { "a.pem", "a.key" }) File.Copy(_daemon.PathOf(file), peer.PathOf(file));
        int peerPort = LoopbackDaemon.FreePort();
        Configure().Start(WithKey(_daemon, 1));
        Configure(peer, peerPort).Start(WithKey(peer, (byte)(sameKey ? 1 : 2)));

        string[] reused = Command.Run("python3", "-c", Resume, Pem("a"), $"{_port}", $"{peerPort}", $"{peerPort}").Text.Split('\n');

        Assert.Equal(["False", sameKey ? "True" : "False", "True"], reused[..3]);
    }

    [Fact]
    public void ANewCertificateServesNewConnectionsAndOldOnesGoOn()
    {
        Configure().Start();
        using var client = new TcpClient("127.0.0.1", _port);
        using var old = new SslStream(client.GetStream(), false, (_, certificate, _, _) => certificate?.Subject == "CN=a.example");
        old.AuthenticateAsClient("a.example");
        AssertServed(old);

        TestCertificate.Write(_daemon.Home, "a", "renewed.example", days: 20);
        _daemon.Cli("reload").AssertExitCode(0);

        Assert.Contains("Peer certificate: CN = renewed.example\n", Openssl("a.example"), StringComparison.Ordinal);
        AssertServed(old);
        Assert.Equal("CN=a.example", old.RemoteCertificate!.Subject);
        Assert.Matches("certificate renewed.example expires in 19 d", _daemon.Cli("status").Text);
    }

    [Theory]
    [InlineData("other key", 2, "a.key: not usable with ")]
    [InlineData("missing key", 2, "a.key")]
    [InlineData("no certificate", 2, "a.pem")]
    public void AMistakeIsToldByCheckReloadAndStartAndTheOldCertificateServesOn(string mistake, int code, string told)
    {
        Configure().Start();
        TestCertificate.Write(_daemon.Home, "other", "a.example");
        string good = File.ReadAllText(_daemon.PathOf("a.pem"));
        if (mistake == "other key") File.Copy(_daemon.PathOf("other.key"), _daemon.PathOf("a.key"), overwrite: true);
        else if (mistake == "missing key") File.Delete(_daemon.PathOf("a.key"));
        else File.WriteAllText(Pem("a"), "nothing");

        foreach (CommandResult result in new[] { _daemon.Cli("check", "--config", _daemon.ConfigPath), _daemon.Cli("reload") })
        {
            result.AssertExitCode(code);
            Assert.Contains(told, Assert.Single(result.Error.Trim().Split('\n')), StringComparison.Ordinal);
        }

        Assert.StartsWith($"{_daemon.ConfigPath}:", _daemon.Cli("check", "--config", _daemon.ConfigPath).Error, StringComparison.Ordinal);
        File.WriteAllText(_daemon.PathOf("trusted.pem"), good);
        Assert.Equal("served", Curl("/", "--cacert", _daemon.PathOf("trusted.pem")));

        // The same at a start of its own.
        using var fresh = new LoopbackDaemon();
        foreach (string file in Directory.GetFiles(_daemon.Home, "a.*")) File.Copy(file, fresh.PathOf(Path.GetFileName(file)));
        Configure(fresh, LoopbackDaemon.FreePort());
        CommandResult start = fresh.Cli("run", "--config", fresh.ConfigPath);
        start.AssertExitCode(code);
        Assert.Contains(start.Error.Split('\n'), line => line.Contains(told, StringComparison.Ordinal));
    }

    [Fact]
    public void AnExpiredCertificateIsServedWithAWarningEverywhere()
    {
        TestCertificate.Write(_daemon.Home, "a", "a.example", days: -2);
        CommandResult check = Configure().Cli("check", "--config", _daemon.ConfigPath);
        check.AssertExitCode(0);
        Assert.Matches($"^{_daemon.ConfigPath}:[0-9]+:[0-9]+: listeners\\[0\\].tls: warning: .*a.pem: the certificate expired on ", check.Error);

        _daemon.Start();

        Assert.Equal("served", Command.Run("curl", "-s", "-k", "--max-time", "10", $"https://127.0.0.1:{_port}/").Text);
        Until.True("the log tells", () => _daemon.Log.Contains("a.pem: the certificate expired on ", StringComparison.Ordinal), seen: () => _daemon.Log);
        Assert.Contains("certificate a.example EXPIRED 2 d", _daemon.Cli("status").Text, StringComparison.Ordinal);
        string metric = _daemon.Metrics().Split('\n').Single(line => line.StartsWith("appliance_tls_certificate_expiry_seconds{", StringComparison.Ordinal));
        Assert.True(long.Parse(metric.Split(' ')[1], System.Globalization.CultureInfo.InvariantCulture) < DateTimeOffset.UtcNow.ToUnixTimeSeconds());
    }

    [Fact]
    public void AServerWhoseCertificateIsNotTrustedGets502AndALineInTheLog()
    {
        TestCertificate.Write(_daemon.Home, "server", "server.example");
        using var server = new NamedServer("secure", TestCertificate.Read(_daemon.Home, "server"));
        string Upstream(string authority) => $"  - {{ name: web, servers: [{{ address: \"127.0.0.1:{server.Port}\" }}], tls: {{ ca_file: {authority}.pem, server_name: server.example }} }}\n";

        Configure(upstream: Upstream("a")).Start();
        Assert.StartsWith("502", Curl("/", "-o", "/dev/null", "-w", "%{http_code}"), StringComparison.Ordinal);
        Assert.Equal(0, server.Requests);
        Until.True("the log tells", () => _daemon.Log.Contains($"TLS to server 127.0.0.1:{server.Port} failed: ", StringComparison.Ordinal), seen: () => _daemon.Log);

        Configure(upstream: Upstream("server"));
        _daemon.Cli("reload").AssertExitCode(0);
        Until.True("it is served", () => Curl("/") == "secure", seen: () => _daemon.Log);
    }

    public void Dispose()
    {
        _daemon.Dispose();
        _server.Dispose();
    }

    /// <summary>A single node reads /etc/appliance/cluster.key: its /etc is this machine's, with that file in it, for it alone.</summary>
    private static string[] WithKey(LoopbackDaemon daemon, byte fill)
    {
        string etc = Directory.CreateDirectory(daemon.PathOf("etc/appliance")).FullName;
        byte[] secret = new byte[32];
        Array.Fill(secret, fill);
        File.WriteAllText(Path.Combine(etc, "cluster.key"), $"1 {Convert.ToBase64String(secret)}\n");
        File.SetUnixFileMode(Path.Combine(etc, "cluster.key"), UnixFileMode.UserRead | UnixFileMode.UserWrite);
        return ["unshare", "--mount", "sh", "-c", $"mount -t overlay overlay -o lowerdir={daemon.PathOf("etc")}:/etc /etc && exec \"$@\"", "sh"];
    }

    private static void AssertServed(SslStream stream)
    {
        stream.Write("GET / HTTP/1.1\r\nHost: a\r\n\r\n"u8);
        byte[] buffer = new byte[4096];
        var answer = new StringBuilder();
        while (!answer.ToString().EndsWith("served", StringComparison.Ordinal))
        {
            int length = stream.Read(buffer);
            Assert.True(length > 0, answer.ToString());
            answer.Append(Encoding.ASCII.GetString(buffer, 0, length));
        }
    }

    private string Pem(string name) => _daemon.PathOf(name + ".pem");

    private string[] Lines() => _daemon.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);

    private CommandResult TryCurl(string path, params string[] options) =>
        Command.Run("curl", ["-s", "--max-time", "10", "--cacert", Pem("a"), .. options, $"https://127.0.0.1:{_port}{path}"]);

    private string Curl(string path, params string[] options) => TryCurl(path, options).Text;

    private string Openssl(string name, params string[] options)
    {
        CommandResult seen = Command.Run("openssl", ["s_client", "-connect", $"127.0.0.1:{_port}", "-brief", "-servername", name, .. options], new Dictionary<string, string>());
        return seen.Output + seen.Error;
    }

    private LoopbackDaemon Configure(string more = "", string? upstream = null) => Configure(_daemon, _port, more, upstream);

    private LoopbackDaemon Configure(LoopbackDaemon daemon, int port, string more = "", string? upstream = null) => daemon.Configure($$"""
        log: { access: all }
        listeners:
          - name: web
            address: 127.0.0.1:{{port}}
            tls: { certificate_file: a.pem, key_file: a.key{{more}} }
            routes: [{ upstream: web }]
        upstreams:
        {{upstream ?? $"  - {{ name: web, servers: [{{ address: \"127.0.0.1:{_server.Port}\" }}] }}\n"}}
        """);
}
