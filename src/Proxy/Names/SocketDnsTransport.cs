using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace Appliance.Proxy.Names;

/// <summary>
/// Over real sockets, off the loops. Each question has a socket of its own: its port is random, and connected, so that only the server's
/// datagrams reach it.
/// </summary>
internal sealed class SocketDnsTransport : IDnsTransport
{
    /// <summary>Datagrams with another id that are passed over: late answers, or guesses of a forger.</summary>
    private const int StrangersLimit = 16;

    private const int DatagramLimit = 4096;

    /// <inheritdoc/>
    public async Task<byte[]> AskAsync(IPEndPoint server, ReadOnlyMemory<byte> query, bool overTcp, CancellationToken cancel) =>
        overTcp ? await OverTcpAsync(server, query, cancel).ConfigureAwait(false) : await OverUdpAsync(server, query, cancel).ConfigureAwait(false);

    private static async Task<byte[]> OverUdpAsync(IPEndPoint server, ReadOnlyMemory<byte> query, CancellationToken cancel)
    {
        using var socket = new Socket(server.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
        await socket.ConnectAsync(server, cancel).ConfigureAwait(false);
        await socket.SendAsync(query, cancel).ConfigureAwait(false);
        byte[] buffer = new byte[DatagramLimit];
        for (int i = 0; i < StrangersLimit; i++)
        {
            int length = await socket.ReceiveAsync(buffer, cancel).ConfigureAwait(false);
            if (length >= 2 && buffer.AsSpan(0, 2).SequenceEqual(query.Span[..2])) return buffer[..length];
        }

        throw new IOException("only datagrams with a wrong id");
    }

    private static async Task<byte[]> OverTcpAsync(IPEndPoint server, ReadOnlyMemory<byte> query, CancellationToken cancel)
    {
        using var socket = new Socket(server.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(server, cancel).ConfigureAwait(false);
        using var stream = new NetworkStream(socket);
        byte[] framed = new byte[query.Length + 2];
        BinaryPrimitives.WriteUInt16BigEndian(framed, (ushort)query.Length);
        query.CopyTo(framed.AsMemory(2));
        await stream.WriteAsync(framed, cancel).ConfigureAwait(false);
        await stream.ReadExactlyAsync(framed.AsMemory(0, 2), cancel).ConfigureAwait(false);
        byte[] answer = new byte[BinaryPrimitives.ReadUInt16BigEndian(framed)];
        await stream.ReadExactlyAsync(answer, cancel).ConfigureAwait(false);
        return answer;
    }
}
