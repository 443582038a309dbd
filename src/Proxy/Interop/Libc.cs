// Invariants
// - Every declaration is blittable and takes raw pointers or numbers: nothing is marshalled, nothing allocates. The caller owns every
//   buffer and keeps it pinned for the length of the call; the kernel keeps no pointer after it returns.
// - File descriptors are plain ints here. Exactly one owner (Connection, ListenSocket, EventLoop) closes each of them, once.
// - SetLastError is on wherever a caller looks at errno: the runtime may clobber errno between the return and a later read.
using System.Runtime.InteropServices;

namespace Appliance.Proxy.Interop;

/// <summary>The system calls of the event loops, straight from libc.</summary>
internal static unsafe class Libc
{
    private const string Library = "libc";

    [DllImport(Library, EntryPoint = "epoll_create1", SetLastError = true)]
    internal static extern int EpollCreate(int flags);

    [DllImport(Library, EntryPoint = "epoll_ctl", SetLastError = true)]
    internal static extern int EpollControl(int epoll, int operation, int descriptor, EpollEvent* request);

    [DllImport(Library, EntryPoint = "epoll_wait", SetLastError = true)]
    internal static extern int EpollWait(int epoll, EpollEvent* events, int maximum, int timeoutMs);

    [DllImport(Library, EntryPoint = "eventfd", SetLastError = true)]
    internal static extern int EventFd(uint initial, int flags);

    [DllImport(Library, EntryPoint = "read", SetLastError = true)]
    internal static extern nint Read(int descriptor, void* buffer, nint length);

    [DllImport(Library, EntryPoint = "write", SetLastError = true)]
    internal static extern nint Write(int descriptor, void* buffer, nint length);

    [DllImport(Library, EntryPoint = "close", SetLastError = true)]
    internal static extern int Close(int descriptor);

    [DllImport(Library, EntryPoint = "socket", SetLastError = true)]
    internal static extern int Socket(int domain, int type, int protocol);

    [DllImport(Library, EntryPoint = "bind", SetLastError = true)]
    internal static extern int Bind(int descriptor, byte* address, int length);

    [DllImport(Library, EntryPoint = "listen", SetLastError = true)]
    internal static extern int Listen(int descriptor, int backlog);

    [DllImport(Library, EntryPoint = "accept4", SetLastError = true)]
    internal static extern int Accept(int descriptor, byte* address, int* length, int flags);

    [DllImport(Library, EntryPoint = "connect", SetLastError = true)]
    internal static extern int Connect(int descriptor, byte* address, int length);

    /// <summary>May block; the loops use <see cref="HotCalls"/>.</summary>
    [DllImport(Library, EntryPoint = "recv", SetLastError = true)]
    internal static extern nint Receive(int descriptor, byte* buffer, nint length, int flags);

    /// <summary>May block; the loops use <see cref="HotCalls"/>.</summary>
    [DllImport(Library, EntryPoint = "send", SetLastError = true)]
    internal static extern nint Send(int descriptor, byte* buffer, nint length, int flags);

    [DllImport(Library, EntryPoint = "sendmsg", SetLastError = true)]
    internal static extern nint SendMessage(int descriptor, MessageHeader* message, int flags);

    [DllImport(Library, EntryPoint = "recvmsg", SetLastError = true)]
    internal static extern nint ReceiveMessage(int descriptor, MessageHeader* message, int flags);

    [DllImport(Library, EntryPoint = "shutdown", SetLastError = true)]
    internal static extern int Shutdown(int descriptor, int how);

    [DllImport(Library, EntryPoint = "setsockopt", SetLastError = true)]
    internal static extern int SetSocketOption(int descriptor, int level, int name, void* value, int length);

    [DllImport(Library, EntryPoint = "getsockopt", SetLastError = true)]
    internal static extern int GetSocketOption(int descriptor, int level, int name, void* value, int* length);

    [DllImport(Library, EntryPoint = "getsockname", SetLastError = true)]
    internal static extern int GetSocketName(int descriptor, byte* address, int* length);

    [DllImport(Library, EntryPoint = "chmod", SetLastError = true)]
    internal static extern int ChangeMode([MarshalAs(UnmanagedType.LPUTF8Str)] string path, uint mode);
}
