using Integration.Faults;
using Integration.Lab;
using Integration.Layer4;

namespace Integration.WebSockets;

/// <summary>A WebSocket client and server that others wrote, with us between them, over plain TCP and over TLS.</summary>
public sealed class WebSocketTests
{
    private static readonly string Peer = Path.Combine(Repository.Root, "tests/Lab/websocket");

    [Theory]
    [InlineData("ws")]
    [InlineData("wss")]
    public void MessagesPingsAndBothClosingHandshakesPass(string scheme)
    {
        int web = LoopbackProcess.FreePort(), port = LoopbackProcess.FreePort();
        using var server = LoopbackProcess.Start(web, Peer, "serve", $"{web}");
        string tls = scheme == "wss" ? "tls: { certificate_file: $HOME/ws.pem, key_file: $HOME/ws.key }, " : "";
        using var daemon = Daemon.Start(Configs.Proxy(port, web, tls), MakeCertificate);

        Assert.Equal("all said and done\n", Command.Run(Peer, "talk", $"{scheme}://localhost:{port}/chat?room=1").Text);

        daemon.AssertSettles();
    }

    private static void MakeCertificate(string home) => _ = Command.Run(
        "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj", "/CN=localhost",
        "-keyout", Path.Combine(home, "ws.key"), "-out", Path.Combine(home, "ws.pem")).Text;
}
