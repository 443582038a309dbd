using System.Net.Sockets;
using System.Text;

namespace Integration.Faults;

/// <summary>The server's side of one connection in a <see cref="ScriptedServer"/>. Every call fails when the peer is gone.</summary>
internal sealed class ScriptedConnection(Socket socket)
{
    private string _rest = "";

    /// <summary>Reads one head, with what ends it; what follows it is kept.</summary>
    /// <exception cref="EndOfStreamException">The peer closed.</exception>
    public string ReadHead()
    {
        int end;
        while ((end = _rest.IndexOf("\r\n\r\n", StringComparison.Ordinal)) < 0) _rest += Receive();
        string head = _rest[..(end + 4)];
        _rest = _rest[(end + 4)..];
        return head;
    }

    /// <summary>What was received and not yet read, or the next bytes.</summary>
    /// <exception cref="EndOfStreamException">The peer closed.</exception>
    public string Read()
    {
        string read = _rest.Length > 0 ? _rest : Receive();
        _rest = "";
        return read;
    }

    public void Send(string text) => Send(Encoding.Latin1.GetBytes(text));

    public void Send(ReadOnlySpan<byte> bytes)
    {
        while (bytes.Length > 0) bytes = bytes[socket.Send(bytes)..];
    }

    /// <summary>Sends a block of many; true, so that a loop can go on until the peer is gone.</summary>
    public bool Send(ReadOnlySpan<byte> block, bool again)
    {
        Send(block);
        return again;
    }

    /// <summary>An answer of this body, after which the connection goes on.</summary>
    public void Answer(string body) => Send($"HTTP/1.1 200 OK\r\nContent-Length: {body.Length}\r\n\r\n{body}");

    /// <summary>Ends the connection with RST.</summary>
    public void Reset()
    {
        socket.LingerState = new LingerOption(true, 0);
        socket.Close();
    }

    private string Receive()
    {
        byte[] buffer = new byte[65536];
        int count = socket.Receive(buffer);
        return count > 0 ? Encoding.Latin1.GetString(buffer, 0, count) : throw new EndOfStreamException();
    }
}
