using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Probe;

/// <summary>A connection that asks one thing at a time. Understands answers with Content-Length, which is all the laboratory sends.</summary>
internal sealed class HttpConnection : IDisposable
{
    private readonly Socket _socket;
    private readonly byte[] _buffer = new byte[4096];

    private HttpConnection(Socket socket) => _socket = socket;

    /// <summary>A byte of the current answer has arrived, so that asking again would not be the same question.</summary>
    public bool AnswerBegan { get; private set; }

    public bool Reusable { get; private set; }

    public static async Task<HttpConnection> OpenAsync(IPEndPoint target, CancellationToken deadline)
    {
        var socket = new Socket(target.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(target, deadline);
            return new HttpConnection(socket);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <exception cref="EndOfStreamException">Closed before the whole answer was here.</exception>
    /// <exception cref="InvalidDataException">Not an HTTP answer this probe understands.</exception>
    public async Task<(int Status, string ServedBy)> AskAsync(byte[] request, CancellationToken deadline)
    {
        AnswerBegan = false;
        Reusable = false;
        await _socket.SendAsync(request, deadline);
        int filled = 0;
        while (true)
        {
            int received = await _socket.ReceiveAsync(_buffer.AsMemory(filled), deadline);
            if (received == 0) throw new EndOfStreamException();
            AnswerBegan = true;
            filled += received;
            int headEnd = _buffer.AsSpan(0, filled).IndexOf("\r\n\r\n"u8);
            if (headEnd < 0 && filled == _buffer.Length) throw new InvalidDataException();
            if (headEnd < 0) continue;
            string head = Encoding.ASCII.GetString(_buffer, 0, headEnd + 2);
            int wanted = headEnd + 4 + int.Parse(Header(head, "content-length") ?? "0", CultureInfo.InvariantCulture);
            if (wanted > _buffer.Length) throw new InvalidDataException();
            if (filled < wanted) continue;
            Reusable = filled == wanted && !string.Equals(Header(head, "connection"), "close", StringComparison.OrdinalIgnoreCase);
            return (Status(head), Header(head, "x-served-by") ?? "");
        }
    }

    public void Dispose()
    {
        // A reset instead of TIME_WAIT: a thousand connections a second would use up the local ports within half a minute.
        if (_socket.Connected) _socket.LingerState = new LingerOption(true, 0);
        _socket.Dispose();
    }

    private static int Status(string head) =>
        head.StartsWith("HTTP/1.", StringComparison.Ordinal) && int.TryParse(head.AsSpan(9, 3), CultureInfo.InvariantCulture, out int status)
            ? status
            : throw new InvalidDataException();

    private static string? Header(string head, string name)
    {
        int at = head.IndexOf($"\r\n{name}:", StringComparison.OrdinalIgnoreCase);
        if (at < 0) return null;
        int from = at + name.Length + 3;
        return head[from..head.IndexOf("\r\n", from, StringComparison.Ordinal)].Trim();
    }
}
