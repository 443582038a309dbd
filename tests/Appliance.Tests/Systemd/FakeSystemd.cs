using System.Net.Sockets;
using System.Runtime.InteropServices;
using TestSupport;

namespace Appliance.Tests.Systemd;

/// <summary>A notify socket that takes the descriptors which come along, by recvmsg(2).</summary>
internal sealed class FakeSystemd : IDisposable
{
    private const int HeaderBytes = 56;
    private const int MessageBytes = 4096;
    private const int ControlBytes = 24;

    private readonly TemporaryFolder _directory = new("appliance-notify-");
    private readonly Socket _socket = new(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified) { ReceiveTimeout = 10_000 };

    public FakeSystemd() => _socket.Bind(new UnixDomainSocketEndPoint(Path));

    public string Path => _directory.PathOf("notify");

    public bool HasMessage => _socket.Poll(0, SelectMode.SelectRead);

    public void Dispose()
    {
        _socket.Dispose();
        _directory.Dispose();
    }

    /// <summary>The next message and the descriptor that came with it; -1: none. The caller owns it.</summary>
    public (string Text, int Descriptor) Receive()
    {
        Assert.True(_socket.Poll(10_000_000, SelectMode.SelectRead), "no message");
        nint block = Marshal.AllocHGlobal(HeaderBytes + 16 + MessageBytes + ControlBytes);
        try
        {
            nint vector = block + HeaderBytes;
            nint message = vector + 16;
            nint control = message + MessageBytes;
            for (int at = 0; at < HeaderBytes; at += 8) Marshal.WriteIntPtr(block, at, 0);
            Marshal.WriteIntPtr(block, 16, vector);
            Marshal.WriteIntPtr(block, 24, 1);
            Marshal.WriteIntPtr(block, 32, control);
            Marshal.WriteIntPtr(block, 40, ControlBytes);
            Marshal.WriteIntPtr(vector, 0, message);
            Marshal.WriteIntPtr(vector, 8, MessageBytes);
            nint length = ReceiveMessage((int)_socket.Handle, block, 0);
            Assert.True(length >= 0);
            int descriptor = Marshal.ReadIntPtr(block, 40) == 0 ? -1 : Marshal.ReadInt32(control, 16);
            return (Marshal.PtrToStringUTF8(message, (int)length), descriptor);
        }
        finally
        {
            Marshal.FreeHGlobal(block);
        }
    }

    [DllImport("libc", EntryPoint = "recvmsg")]
    private static extern nint ReceiveMessage(int socket, nint message, int flags);
}
