using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Proxy.Tests.Support;

/// <summary>One end of a TCP connection, byte by byte: what a test sends is what goes out. Every wait is bounded.</summary>
internal sealed class RawPeer(Socket socket) : IDisposable
{
    /// <summary>TCP_CLOSE: reset, or given up.</summary>
    public const byte Closed = 7;

    /// <summary>TCP_CLOSE_WAIT: the other end has sent its FIN.</summary>
    public const byte CloseWait = 8;

    private readonly MemoryStream _received = new();
    private int _taken;

    public Socket Socket => socket;

    public static async Task<RawPeer> ConnectAsync(EndPoint address, int? receiveBuffer = null)
    {
        var protocol = address is UnixDomainSocketEndPoint ? ProtocolType.Unspecified : ProtocolType.Tcp;
        var socket = new Socket(address.AddressFamily, SocketType.Stream, protocol);
        if (protocol == ProtocolType.Tcp) socket.NoDelay = true;
        if (receiveBuffer is { } size) socket.ReceiveBufferSize = size;
        await socket.ConnectAsync(address, Deadline.Token);
        return new RawPeer(socket);
    }

    public Task SendAsync(string text) => SendAsync(Encoding.Latin1.GetBytes(text));

    public async Task SendAsync(ReadOnlyMemory<byte> bytes)
    {
        while (!bytes.IsEmpty) bytes = bytes[await socket.SendAsync(bytes, Deadline.Token)..];
    }

    public async Task<HttpText> ReadHeadAsync()
    {
        int end;
        while ((end = Unread.IndexOf("\r\n\r\n"u8)) < 0)
        {
            if (!await ReceiveAsync()) Assert.Fail($"the connection ended within a head: '{Encoding.Latin1.GetString(Unread)}'");
        }

        return new HttpText(Encoding.Latin1.GetString(Take(end + 4)));
    }

    public async Task<string> ReadTextAsync(int bytes)
    {
        await WaitForAsync(bytes);
        return Encoding.Latin1.GetString(Take(bytes));
    }

    public async Task<byte[]> ReadBytesAsync(int bytes)
    {
        await WaitForAsync(bytes);
        return Take(bytes);
    }

    /// <summary>A response with Content-Length, whole.</summary>
    public async Task<(HttpText Head, string Body)> ReadAnswerAsync()
    {
        HttpText head = await ReadHeadAsync();
        return (head, await ReadTextAsync(int.Parse(head["Content-Length"] ?? "0")));
    }

    /// <summary>A chunked body, decoded, and the raw bytes it had.</summary>
    public async Task<(string Text, string Raw)> ReadChunkedAsync()
    {
        var text = new StringBuilder();
        var raw = new StringBuilder();
        while (true)
        {
            string line = await ReadLineAsync();
            raw.Append(line);
            int size = Convert.ToInt32(line.Split(';')[0].Trim(), 16);
            if (size == 0) break;
            string data = await ReadTextAsync(size + 2);
            Assert.EndsWith("\r\n", data, StringComparison.Ordinal);
            raw.Append(data);
            text.Append(data.AsSpan(0, size));
        }

        string trailer;
        do raw.Append(trailer = await ReadLineAsync());
        while (trailer != "\r\n");
        return (text.ToString(), raw.ToString());
    }

    /// <summary>All bytes up to the orderly end; a reset fails the test.</summary>
    public async Task<string> ReadToEndAsync()
    {
        while (await ReceiveAsync())
        {
        }

        return Encoding.Latin1.GetString(Take(Unread.Length));
    }

    /// <summary>An orderly end with nothing before it.</summary>
    public async Task ExpectEndAsync() => Assert.Equal("", await ReadToEndAsync());

    /// <summary>A reset, whatever comes before it; an orderly end fails the test.</summary>
    /// <returns>What came before.</returns>
    public async Task<string> ExpectResetAsync()
    {
        try
        {
            while (await ReceiveAsync())
            {
            }
        }
        catch (SocketException error) when (error.SocketErrorCode == SocketError.ConnectionReset)
        {
            return Encoding.Latin1.GetString(Unread);
        }

        Assert.Fail($"the connection ended in order after '{Encoding.Latin1.GetString(Unread)}'");
        return "";
    }

    /// <summary>The connection ends, by FIN or RST.</summary>
    public async Task ExpectClosedAsync()
    {
        try
        {
            while (await ReceiveAsync())
            {
            }
        }
        catch (SocketException error) when (error.SocketErrorCode == SocketError.ConnectionReset)
        {
            // Either way it is over.
            return;
        }
    }

    /// <summary>What the kernel says of it: its state, and segments sent that are not acknowledged (tcpi_state, tcpi_unacked).</summary>
    public (byte State, int Unacknowledged) TcpInfo
    {
        get
        {
            const int Tcp = 6, Info = 11, UnacknowledgedAt = 24;
            byte[] info = new byte[104];
            socket.GetRawSocketOption(Tcp, Info, info);
            return (info[0], BitConverter.ToInt32(info, UnacknowledgedAt));
        }
    }

    public void FinishSending() => socket.Shutdown(SocketShutdown.Send);

    public void Reset()
    {
        socket.LingerState = new LingerOption(true, 0);
        socket.Close();
    }

    public void Dispose() => socket.Dispose();

    private ReadOnlySpan<byte> Unread => _received.GetBuffer().AsSpan(_taken, (int)_received.Length - _taken);

    public async Task<string> ReadLineAsync()
    {
        int end;
        while ((end = Unread.IndexOf("\r\n"u8)) < 0) Assert.True(await ReceiveAsync(), "the connection ended within a line");
        return Encoding.Latin1.GetString(Take(end + 2));
    }

    private async Task WaitForAsync(int bytes)
    {
        while (Unread.Length < bytes)
        {
            if (!await ReceiveAsync()) Assert.Fail($"the connection ended after {Unread.Length} of {bytes} bytes");
        }
    }

    private byte[] Take(int bytes)
    {
        byte[] taken = Unread[..bytes].ToArray();
        _taken += bytes;
        if (_taken == _received.Length)
        {
            _received.SetLength(0);
            _taken = 0;
        }

        return taken;
    }

    private async Task<bool> ReceiveAsync()
    {
        byte[] buffer = new byte[64 * 1024];
        int count = await socket.ReceiveAsync(buffer, Deadline.Token);
        _received.Seek(0, SeekOrigin.End);
        _received.Write(buffer, 0, count);
        return count > 0;
    }
}
