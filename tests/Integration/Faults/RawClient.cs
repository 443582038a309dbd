using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Integration.Faults;

/// <summary>A client that sends exactly what a test says, and reads what comes until a deadline.</summary>
internal sealed class RawClient : IDisposable
{
    private readonly Socket _socket;
    private readonly StringBuilder _received = new();

    public RawClient(int port, string from = "127.0.0.1")
    {
        _socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        _socket.Bind(new IPEndPoint(IPAddress.Parse(from), 0));
        _socket.Connect(IPAddress.Loopback, port);
    }

    /// <summary>Everything received so far, one character a byte.</summary>
    public string Received => _received.ToString();

    /// <summary>The status of the first answer; 0 while there is none.</summary>
    public int Status => _received.Length >= 12 && Received.StartsWith("HTTP/1.1 ", StringComparison.Ordinal) ? int.Parse(Received.AsSpan(9, 3)) : 0;

    /// <summary>False when the peer no longer takes bytes.</summary>
    public bool Send(string text) => Send(Encoding.Latin1.GetBytes(text));

    public bool Send(ReadOnlySpan<byte> bytes)
    {
        try
        {
            while (bytes.Length > 0) bytes = bytes[_socket.Send(bytes)..];
            return true;
        }
        catch (SocketException error) when (error.SocketErrorCode is SocketError.ConnectionReset or SocketError.Shutdown or SocketError.ConnectionAborted)
        {
            return false; // What was answered, if anything, can still be read.
        }
    }

    /// <summary>Reads until <paramref name="enough"/> holds for what was received, the end, or the deadline.</summary>
    public RawEnd ReadUntil(Func<string, bool> enough, double seconds = 5)
    {
        byte[] buffer = new byte[65536];
        long deadline = Environment.TickCount64 + (long)(seconds * 1000);
        while (!enough(Received))
        {
            int left = (int)(deadline - Environment.TickCount64);
            if (left <= 0) return RawEnd.Deadline;
            // In the midst of a reset the kernel may say `error` a moment before it says `readable`, and Poll then comes back early with false.
            if (!_socket.Poll(left * 1000, SelectMode.SelectRead)) continue;
            try
            {
                int count = _socket.Receive(buffer);
                if (count == 0) return RawEnd.Closed;
                _received.Append(Encoding.Latin1.GetString(buffer, 0, count));
            }
            catch (SocketException error) when (error.SocketErrorCode == SocketError.ConnectionReset)
            {
                return RawEnd.Reset;
            }
        }

        return RawEnd.Enough;
    }

    /// <summary>Reads to the end.</summary>
    public RawEnd ReadToEnd(double seconds = 5) => ReadUntil(_ => false, seconds);

    /// <summary>Nothing has come, no end either.</summary>
    public bool IsOpen() => _received.Length == 0 && !_socket.Poll(0, SelectMode.SelectRead);

    /// <summary>Reads and drops at least that many bytes; what the peer does meanwhile is its end or the deadline.</summary>
    public RawEnd Drop(long bytes, double seconds = 10)
    {
        byte[] buffer = new byte[65536];
        _socket.ReceiveTimeout = (int)(seconds * 1000);
        try
        {
            while (bytes > 0)
            {
                int count = _socket.Receive(buffer);
                if (count == 0) return RawEnd.Closed;
                bytes -= count;
            }

            return RawEnd.Enough;
        }
        catch (SocketException error)
        {
            return error.SocketErrorCode == SocketError.TimedOut ? RawEnd.Deadline : RawEnd.Reset;
        }
    }

    /// <summary>No more will be sent; reading goes on.</summary>
    public void EndSending() => _socket.Shutdown(SocketShutdown.Send);

    /// <summary>Ends the connection with RST.</summary>
    public void Reset()
    {
        _socket.LingerState = new LingerOption(true, 0);
        _socket.Close();
    }

    public void Dispose() => _socket.Dispose();
}
