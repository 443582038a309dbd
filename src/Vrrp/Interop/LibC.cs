// Invariants: every function here is a plain system call with blittable arguments. Buffers are passed by reference to their first
// byte together with their true length, so the runtime pins them for the call and the kernel stays inside. Descriptors are owned
// by Descriptor (a SafeHandle) and never used after Dispose. Any thread may call; errno is read at once by the caller.
using System.Runtime.InteropServices;

namespace Appliance.Vrrp.Interop;

/// <summary>The system calls this project needs. Failures return -1 and leave errno for Marshal.GetLastPInvokeError.</summary>
internal static class LibC
{
    private const string Name = "libc";

    [DllImport(Name, EntryPoint = "socket", SetLastError = true)]
    public static extern int Socket(int domain, int type, int protocol);

    [DllImport(Name, EntryPoint = "close", SetLastError = true)]
    public static extern int Close(int descriptor);

    [DllImport(Name, EntryPoint = "bind", SetLastError = true)]
    public static extern int Bind(Descriptor descriptor, ref byte address, int length);

    [DllImport(Name, EntryPoint = "connect", SetLastError = true)]
    public static extern int Connect(Descriptor descriptor, ref byte address, int length);

    [DllImport(Name, EntryPoint = "setsockopt", SetLastError = true)]
    public static extern int SetSocketOption(Descriptor descriptor, int level, int option, ref byte value, int length);

    [DllImport(Name, EntryPoint = "send", SetLastError = true)]
    public static extern nint Send(Descriptor descriptor, ref byte from, nint length, int flags);

    [DllImport(Name, EntryPoint = "sendto", SetLastError = true)]
    public static extern nint SendTo(Descriptor descriptor, ref byte from, nint length, int flags, ref byte address, int addressLength);

    [DllImport(Name, EntryPoint = "recv", SetLastError = true)]
    public static extern nint Receive(Descriptor descriptor, ref byte to, nint length, int flags);

    [DllImport(Name, EntryPoint = "recvmsg", SetLastError = true)]
    public static extern nint ReceiveMessage(Descriptor descriptor, ref MessageHeader message, int flags);

    [DllImport(Name, EntryPoint = "read", SetLastError = true)]
    public static extern nint Read(Descriptor descriptor, ref byte to, nint length);

    [DllImport(Name, EntryPoint = "write", SetLastError = true)]
    public static extern nint Write(Descriptor descriptor, ref byte from, nint length);

    [DllImport(Name, EntryPoint = "eventfd", SetLastError = true)]
    public static extern int EventDescriptor(uint initial, int flags);

    [DllImport(Name, EntryPoint = "ppoll", SetLastError = true)]
    public static extern int Poll([In, Out] PollEntry[] entries, nint count, ref TimeSpec timeout, nint signalMask);

    [DllImport(Name, EntryPoint = "sched_setscheduler", SetLastError = true)]
    public static extern int SetScheduler(int thread, int policy, ref int priority);

    [DllImport(Name, EntryPoint = "setpriority", SetLastError = true)]
    public static extern int SetPriority(int which, int who, int nice);

    [DllImport(Name, EntryPoint = "gettid", SetLastError = true)]
    public static extern int ThreadId();
}
