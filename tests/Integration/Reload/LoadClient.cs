using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Text;

namespace Integration.Reload;

/// <summary>
/// Asks without a pause until it is stopped, on a thread of its own. Whatever is not a whole answer of 200 is a failure: a refused connect, a reset,
/// an end before the answer. A connection that an answer said would close is made anew, as every client does.
/// </summary>
internal sealed class LoadClient
{
    private readonly Thread _thread;
    private readonly int _port;
    private readonly bool _secure;
    private readonly bool _keepAlive;
    private readonly byte[] _buffer = new byte[4096];
    private volatile bool _stopped;
    private int _answered;

    private LoadClient(int port, bool secure, bool keepAlive)
    {
        (_port, _secure, _keepAlive) = (port, secure, keepAlive);
        _thread = new Thread(Run);
        _thread.Start();
    }

    /// <summary>Whole answers so far.</summary>
    public int Answered => Volatile.Read(ref _answered);

    /// <summary>What went wrong; it ended the client.</summary>
    public string? Failure { get; private set; }

    /// <param name="keepAlive">False: a connection for each request.</param>
    public static LoadClient Start(int port, bool secure, bool keepAlive) => new(port, secure, keepAlive);

    /// <summary>The name in the certificate that a new connection is shown.</summary>
    public static string CertificateName(int port)
    {
        using Stream stream = Connect(port, secure: true, resume: false);
        return ((SslStream)stream).RemoteCertificate!.Subject;
    }

    public void Stop()
    {
        _stopped = true;
        _thread.Join();
    }

    private static Stream Connect(int port, bool secure, bool resume = true)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true, ReceiveTimeout = 10_000 };
        try
        {
            socket.Connect(IPAddress.Loopback, port);
            var plain = new NetworkStream(socket, ownsSocket: true);
            if (!secure) return plain;
            // Signed by themselves; which of the two it must be, the test asks by CertificateName.
            var stream = new SslStream(plain, leaveInnerStreamOpen: false, (_, certificate, _, _) => certificate?.Subject is "CN=one" or "CN=two");
            // A resumed session shows the certificate that it began with.
            stream.AuthenticateAsClient(new SslClientAuthenticationOptions { TargetHost = "localhost", AllowTlsResume = resume });
            return stream;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private void Run()
    {
        Stream? stream = null;
        string step = "connecting";
        try
        {
            while (!_stopped)
            {
                step = "connecting";
                stream ??= Connect(_port, _secure);
                step = "asking";
                string answer = Ask(stream);
                if (!answer.StartsWith("HTTP/1.1 200 ", StringComparison.Ordinal) || !answer.EndsWith("\r\n\r\nok", StringComparison.Ordinal)) throw new IOException(answer);
                Interlocked.Increment(ref _answered);
                if (_keepAlive && !answer.Contains("Connection: close\r\n", StringComparison.Ordinal)) continue;
                stream.Dispose();
                stream = null;
            }
        }
        catch (Exception error) when (error is IOException or SocketException or System.Security.Authentication.AuthenticationException)
        {
            Failure = $"{(_secure ? "TLS" : "plain")}, {(_keepAlive ? "keep-alive" : "new connections")}, after {_answered}, {step}: {error.Message}";
        }
        finally
        {
            stream?.Dispose();
        }
    }

    private string Ask(Stream stream)
    {
        stream.Write("GET /x HTTP/1.1\r\nHost: localhost\r\n\r\n"u8);
        int count = 0;
        while (true)
        {
            int read = stream.Read(_buffer, count, _buffer.Length - count);
            if (read == 0) throw new IOException($"closed after `{Encoding.ASCII.GetString(_buffer, 0, count)}`");
            count += read;
            ReadOnlySpan<byte> received = _buffer.AsSpan(0, count);
            int head = received.IndexOf("\r\n\r\n"u8);
            if (head >= 0 && (count > head + 5 || !received.StartsWith("HTTP/1.1 200"u8))) return Encoding.ASCII.GetString(received);
        }
    }
}
