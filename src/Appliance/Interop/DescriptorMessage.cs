// Invariants
// - struct msghdr, iovec and cmsghdr as 64-bit Linux has them (56, 16 and 16 bytes); a test sends a descriptor and receives it with the
//   kernel's own reading of the layouts. Everything lives on the caller's frame or is pinned for the length of the call.
// - The descriptor that is sent stays the sender's; the kernel gives the receiver another.
using System.ComponentModel;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Appliance.Interop;

/// <summary>Sends a descriptor along with a datagram (SCM_RIGHTS, unix(7)), which the framework's sockets cannot.</summary>
internal static unsafe class DescriptorMessage
{
    private const int SolSocket = 1;
    private const int ScmRights = 1;
    private const int MsgNoSignal = 0x4000;

    /// <summary>Sends; the socket is connected.</summary>
    /// <exception cref="Win32Exception">The kernel's reason.</exception>
    public static void Send(Socket socket, ReadOnlySpan<byte> message, int descriptor)
    {
        Rights rights = new() { Length = (nuint)(sizeof(Rights) - sizeof(int)), Level = SolSocket, Type = ScmRights, Descriptor = descriptor };
        // SAFETY: message is pinned by the fixed statement, the structs live on this frame; the kernel keeps no pointer.
        fixed (byte* bytes = message)
        {
            Vector vector = new() { Base = bytes, Length = (nuint)message.Length };
            Header header = new() { Vectors = &vector, VectorCount = 1, Control = &rights, ControlLength = (nuint)sizeof(Rights) };
            if (SendMessage((int)socket.Handle, &header, MsgNoSignal) < 0) throw new Win32Exception(Marshal.GetLastPInvokeError());
        }
    }

    [DllImport("libc", EntryPoint = "sendmsg", SetLastError = true)]
    private static extern nint SendMessage(int socket, Header* message, int flags);

    [StructLayout(LayoutKind.Sequential)]
    private struct Header
    {
        internal byte* Name;
        internal uint NameLength;
        internal Vector* Vectors;
        internal nuint VectorCount;
        internal Rights* Control;
        internal nuint ControlLength;
        internal int Flags;
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct Vector
    {
        internal byte* Base;
        internal nuint Length;
    }

    /// <summary>struct cmsghdr with one descriptor and the padding behind it.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct Rights
    {
        internal nuint Length;
        internal int Level;
        internal int Type;
        internal int Descriptor;
        internal int Padding;
    }
}
