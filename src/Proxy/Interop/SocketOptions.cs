// Invariants
// - Every option value lives on the frame of the call that passes it; the kernel copies it.
using System.Runtime.InteropServices;

namespace Appliance.Proxy.Interop;

/// <summary>The few socket options in use, each with its reason. Failures of the optional ones are harmless and ignored.</summary>
internal static unsafe class SocketOptions
{
    /// <summary>Our writes are whole messages already: waiting for more (Nagle) would only add latency.</summary>
    internal static void SetNoDelay(int descriptor) => _ = Set(descriptor, Linux.IpProtoTcp, Linux.TcpNoDelay, 1);

    /// <summary>Close sends RST and forgets what is unsent.</summary>
    internal static void SetAbortiveClose(int descriptor)
    {
        var linger = (OnOff: 1, Seconds: 0);
        // SAFETY: two ints, as struct linger.
        _ = Libc.SetSocketOption(descriptor, Linux.SolSocket, Linux.SoLinger, &linger, 2 * sizeof(int));
    }

    /// <summary>From now on the socket ignores every segment: nothing is acknowledged, nothing queued.</summary>
    internal static void SetDropAllFilter(int descriptor)
    {
        var dropAll = new FilterInstruction { Code = Linux.BpfReturnConstant };
        // SAFETY: the program lives on this frame; the kernel copies it before returning.
        var program = new FilterProgram { Length = 1, Instructions = &dropAll };
        _ = Libc.SetSocketOption(descriptor, Linux.SolSocket, Linux.SoAttachFilter, &program, sizeof(FilterProgram));
    }

    /// <summary>Close sends nothing at all. Needs CAP_NET_ADMIN; false without it.</summary>
    internal static bool TrySetSilentClose(int descriptor) => Set(descriptor, Linux.IpProtoTcp, Linux.TcpRepair, 1) == 0;

    /// <summary>Sets an int option.</summary>
    /// <returns>0, or the error number.</returns>
    internal static int Set(int descriptor, int level, int name, int value)
    {
        // SAFETY: one int of this frame.
        return Libc.SetSocketOption(descriptor, level, name, &value, sizeof(int)) == 0 ? 0 : Marshal.GetLastPInvokeError();
    }

    /// <summary>Reads and clears the pending error of a socket; 0 if there is none.</summary>
    internal static int TakeError(int descriptor)
    {
        int value = 0, length = sizeof(int);
        // SAFETY: two ints of this frame.
        return Libc.GetSocketOption(descriptor, Linux.SolSocket, Linux.SoError, &value, &length) == 0 ? value : Marshal.GetLastPInvokeError();
    }
}
