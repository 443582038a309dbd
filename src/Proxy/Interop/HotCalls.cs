// Invariants
// - Only calls that never block: every descriptor given here is non-blocking. The caller owns the buffers and keeps them pinned.
// - Nothing is between a call and the reading of errno: no GC transition (SuppressGCTransition), no allocation, no other native call.
using System.Runtime.InteropServices;

namespace Appliance.Proxy.Interop;

/// <summary>
/// The two calls of every request, as cheap as the runtime makes them. Through syscall(2), since libc's wrappers of recv and send are
/// cancellation points and pay for it in a process with threads; without a GC transition, since they do not block (a collection waits the
/// microseconds that one of them takes); and errno is fetched only after a failure.
/// </summary>
internal static unsafe class HotCalls
{
    /// <summary>recv(2).</summary>
    /// <returns>Bytes received, 0 at the end of the stream, or a negated error number.</returns>
    internal static nint Receive(int descriptor, byte* buffer, nint length, int flags = 0)
    {
        nint received = SystemCall(Linux.CallReceiveFrom, descriptor, buffer, length, flags, 0, 0);
        return received >= 0 ? received : -Marshal.GetLastSystemError();
    }

    /// <summary>send(2); a broken connection is an error number, not a signal.</summary>
    /// <returns>Bytes sent, or a negated error number.</returns>
    internal static nint Send(int descriptor, byte* buffer, nint length, int flags = 0)
    {
        nint sent = SystemCall(Linux.CallSendTo, descriptor, buffer, length, Linux.MsgNoSignal | flags, 0, 0);
        return sent >= 0 ? sent : -Marshal.GetLastSystemError();
    }

    [DllImport("libc", EntryPoint = "syscall"), SuppressGCTransition]
    private static extern nint SystemCall(nint number, nint descriptor, void* buffer, nint length, nint flags, nint address, nint addressLength);
}
