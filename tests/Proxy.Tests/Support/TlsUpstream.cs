using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;

namespace Proxy.Tests.Support;

/// <summary>A server that speaks TLS by the framework's stream and follows a script on each connection.</summary>
internal sealed class TlsUpstream : IDisposable
{
    private readonly Socket _listening = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);

    public TlsUpstream(X509Certificate2 certificate, Func<SslStream, Socket, Task> script, bool askClient = false)
    {
        _listening.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _listening.Listen(64);
        _ = Task.Run(async () =>
        {
            while (await AcceptAsync() is { } socket) _ = ServeAsync(socket, certificate, script, askClient);
        });
    }

    public IPEndPoint Address => (IPEndPoint)_listening.LocalEndPoint!;

    public void Dispose() => _listening.Dispose();

    /// <summary>Answers each request (without a body) with the same.</summary>
    public static Func<SslStream, Socket, Task> Answering(string answer) => async (stream, _) =>
    {
        byte[] buffer = new byte[16384];
        while (await stream.ReadAsync(buffer) > 0) await stream.WriteAsync(System.Text.Encoding.Latin1.GetBytes(answer));
    };

    private async Task<Socket?> AcceptAsync()
    {
        try
        {
            return await _listening.AcceptAsync();
        }
        catch (Exception error) when (error is SocketException or ObjectDisposedException)
        {
            return null; // Disposed: the test is over.
        }
    }

    private static async Task ServeAsync(Socket socket, X509Certificate2 certificate, Func<SslStream, Socket, Task> script, bool askClient)
    {
        using var stream = new SslStream(new NetworkStream(socket, ownsSocket: true));
        try
        {
            await stream.AuthenticateAsServerAsync(new SslServerAuthenticationOptions
            {
                ServerCertificate = certificate,
                ClientCertificateRequired = askClient,
                RemoteCertificateValidationCallback = (_, shown, _, _) => shown is not null || !askClient,
            });
            await script(stream, socket);
        }
        catch (Exception error) when (error is IOException or System.Security.Authentication.AuthenticationException or ObjectDisposedException or SocketException)
        {
            // The proxy has closed or refused us: what that means shows at the client's side.
            socket.Dispose();
        }
    }
}
