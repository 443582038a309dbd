using Integration.Faults;
using Integration.Lab;
using Integration.Layer4;

namespace Integration.Reload;

/// <summary>Routes, upstreams, certificates and a listener change under load, a hundred times, and no client can tell.</summary>
public sealed class ReloadLoadTests
{
    private const int Reloads = 100;

    [Fact]
    public void AHundredReloadsUnderLoadFailNoRequest()
    {
        using ScriptedServer first = Answering(), second = Answering();
        int plain = LoopbackProcess.FreePort(), secure = LoopbackProcess.FreePort(), extra = LoopbackProcess.FreePort();
        string one = Yaml(plain, secure, null, "one", first.Port), two = Yaml(plain, secure, extra, "two", second.Port);
        using var daemon = Daemon.Start(one, MakeCertificates);
        LoadClient[] clients =
        [
            LoadClient.Start(plain, secure: false, keepAlive: true), LoadClient.Start(plain, secure: false, keepAlive: true),
            LoadClient.Start(plain, secure: false, keepAlive: false), LoadClient.Start(plain, secure: false, keepAlive: false),
            LoadClient.Start(secure, secure: true, keepAlive: true), LoadClient.Start(secure, secure: true, keepAlive: false),
        ];
        try
        {
            for (int i = 1; i <= Reloads; i++)
            {
                bool isTwo = i % 2 == 1;
                int[] before = [.. clients.Select(client => client.Answered)];
                daemon.Reload(isTwo ? two : one);
                Assert.Equal(isTwo ? "CN=two" : "CN=one", LoadClient.CertificateName(secure));
                // What is new is there when the reload returns; what is gone is closed by each loop when it gets to it.
                if (isTwo) Assert.True(Answers(extra));
                else Until.True("the removed listener is closed", () => !Answers(extra));
                // Each client has been at work on both sides of the change.
                Until.True("all go on", () => clients.Zip(before).All(pair => pair.First.Answered > pair.Second || pair.First.Failure is not null));
                Assert.Equal([], clients.Select(client => client.Failure).OfType<string>());
            }
        }
        finally
        {
            Array.ForEach(clients, client => client.Stop());
        }

        Assert.Equal([], clients.Select(client => client.Failure).OfType<string>());
        Assert.True(first.Accepted > 0 && second.Accepted > 0, "both upstreams were in use");
        Figure.Count($"requests through {Reloads} reloads", clients.Sum(client => client.Answered), clients.Sum(client => client.Answered));
        daemon.AssertSettles();
    }

    private static ScriptedServer Answering() => new(connection =>
    {
        while (true)
        {
            connection.ReadHead();
            connection.Answer("ok");
        }
    });

    private static bool Answers(int port)
    {
        try
        {
            using var client = new RawClient(port);
            client.Send("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
            client.ReadToEnd();
            Assert.Equal(200, client.Status);
            return true;
        }
        catch (System.Net.Sockets.SocketException)
        {
            return false; // Nobody listens.
        }
    }

    private static void MakeCertificates(string home)
    {
        foreach (string name in new[] { "one", "two" })
        {
            _ = Command.Run(
                "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj", $"/CN={name}",
                "-keyout", Path.Combine(home, $"{name}.key"), "-out", Path.Combine(home, $"{name}.pem")).Text;
        }
    }

    private static string Yaml(int plain, int secure, int? extra, string name, int server) => $$"""
        node: alone
        listeners:
          - { name: web, address: "127.0.0.1:{{plain}}", protocol: http, routes: [{ path_prefix: /{{(name == "one" ? "x" : "y")}}, upstream: {{name}} }, { upstream: {{name}} }] }
          - name: secure
            address: 127.0.0.1:{{secure}}
            protocol: http
            tls: { certificate_file: $HOME/{{name}}.pem, key_file: $HOME/{{name}}.key }
            routes: [{ upstream: {{name}} }]
        {{(extra is null ? "" : $"  - {{ name: extra, address: \"127.0.0.1:{extra}\", protocol: http, routes: [{{ upstream: {name} }}] }}")}}
        upstreams:
          - { name: {{name}}, servers: [{ address: "127.0.0.1:{{server}}" }] }
        log: { access: off }

        """;
}
