// Invariants
// - Belongs to the SplicePipes of one loop, rented by one relay direction at a time; both descriptors are closed once, by the pool.
// - Held is exactly what the pipe holds: only Fill adds, only Drain takes. It is filled only while it is empty. So "would block" speaks of the
//   source when filling and of the sink when draining, which the kernel's answer alone does not tell.
using Appliance.Proxy.Interop;

namespace Appliance.Proxy.Transport;

/// <summary>A kernel pipe between two sockets.</summary>
internal sealed class SplicePipe(int readEnd, int writeEnd)
{
    /// <summary>The descriptor from which bytes are taken.</summary>
    internal int ReadEnd => readEnd;

    /// <summary>Bytes in the pipe.</summary>
    internal int Held { get; private set; }

    /// <summary>Its place in the pool's list.</summary>
    internal int Index { get; set; }

    /// <summary>Takes what the socket has, as much as fits.</summary>
    /// <returns>Bytes, 0 at the end of the stream, or the negated error number; "would block" means that the socket is empty.</returns>
    internal nint Fill(int socket, int maximumBytes)
    {
        if (Held != 0) throw new InvalidOperationException("a pipe is filled only when it is empty");
        nint moved = Pipes.Move(socket, writeEnd, maximumBytes);
        if (moved > 0) Held = (int)moved;
        return moved;
    }

    /// <summary>Gives the socket what the pipe holds, as much as it takes.</summary>
    /// <returns>Bytes, or the negated error number; "would block" means that the socket is full.</returns>
    internal nint Drain(int socket)
    {
        nint moved = Pipes.Move(readEnd, socket, Held);
        if (moved > 0) Held -= (int)moved;
        return moved;
    }

    /// <summary>Closes both ends; what it held is lost.</summary>
    internal void Close()
    {
        _ = Libc.Close(readEnd);
        _ = Libc.Close(writeEnd);
    }
}
