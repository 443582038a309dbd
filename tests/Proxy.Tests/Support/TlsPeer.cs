using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Proxy.Tests.Support;

/// <summary>A TLS client made of the framework's stream. Every wait is bounded.</summary>
internal sealed class TlsPeer : IDisposable
{
    private readonly MemoryStream _received = new();

    private TlsPeer(Socket socket)
    {
        Socket = socket;
        Stream = new SslStream(new NetworkStream(socket, ownsSocket: true));
    }

    public Socket Socket { get; }

    public SslStream Stream { get; }

    /// <summary>Common name of the certificate that the server showed.</summary>
    public string ServerName => ((X509Certificate2)Stream.RemoteCertificate!).GetNameInfo(X509NameType.SimpleName, false);

    public static async Task<TlsPeer> ConnectAsync(EndPoint address, SslClientAuthenticationOptions options)
    {
        var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(address, Deadline.Token);
        var peer = new TlsPeer(socket);
        try
        {
            await peer.Stream.AuthenticateAsClientAsync(options, Deadline.Token);
            return peer;
        }
        catch
        {
            peer.Dispose();
            throw;
        }
    }

    /// <summary>What a client asks with; the server's chain is checked against the one root, when there is one.</summary>
    public static SslClientAuthenticationOptions Options(
        string host, TestAuthority? authority = null, SslProtocols versions = SslProtocols.None, X509Certificate2? certificate = null) => new()
        {
            TargetHost = host,
            EnabledSslProtocols = versions,
            ClientCertificates = certificate is null ? null : [certificate],
            AllowTlsResume = false,
            CertificateChainPolicy = authority is null ? null : Policy(authority),
            RemoteCertificateValidationCallback = authority is null ? (_, shown, _, _) => shown is not null : null,
        };

    public Task SendAsync(string text) => Stream.WriteAsync(Encoding.Latin1.GetBytes(text), Deadline.Token).AsTask();

    /// <summary>Bytes up to and with the text.</summary>
    public async Task<string> ReadUntilAsync(string end)
    {
        while (true)
        {
            string text = Encoding.Latin1.GetString(_received.ToArray());
            int at = text.IndexOf(end, StringComparison.Ordinal);
            if (at >= 0)
            {
                _received.SetLength(0);
                _received.Write(Encoding.Latin1.GetBytes(text[(at + end.Length)..]));
                return text[..(at + end.Length)];
            }

            byte[] buffer = new byte[16384];
            int read = await Stream.ReadAsync(buffer, Deadline.Token);
            if (read == 0) Assert.Fail($"the stream ended after '{text}'");
            _received.Write(buffer, 0, read);
        }
    }

    public void Dispose() => Stream.Dispose();

    private static X509ChainPolicy Policy(TestAuthority authority)
    {
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        policy.CustomTrustStore.Add(authority.Root);
        return policy;
    }
}
