// Invariants
// - One thread at a time: the offload's. The descriptor is closed once, in Dispose. Buffers are held by `fixed` for the length of a call.
using System.Buffers.Binary;
using System.ComponentModel;
using System.Runtime.InteropServices;

namespace Appliance.Proxy.Interop;

/// <summary>A blocking netlink socket to nf_tables: sends one batch and reads the kernel's verdict on it.</summary>
internal sealed unsafe class NetlinkSocket : IDisposable
{
    internal const int HeaderBytes = 16;
    private const int AnswerBytes = 64 * 1024;
    private const int SendBufferBytes = 1 << 20;

    private readonly byte[] _answer = new byte[AnswerBytes];
    private int _descriptor;

    /// <exception cref="Win32Exception">The kernel's reason.</exception>
    internal NetlinkSocket()
    {
        _descriptor = Libc.Socket(Netfilter.AfNetlink, Netfilter.SockRaw | Linux.SockCloseOnExec, Netfilter.NetlinkNetfilter);
        if (_descriptor < 0) throw new Win32Exception(Marshal.GetLastPInvokeError());
        _ = SocketOptions.Set(_descriptor, Linux.SolSocket, Linux.SoSendBuffer, SendBufferBytes);
        // SAFETY: two longs, as struct timeval of 64-bit Linux.
        var limit = (Seconds: 5L, Microseconds: 0L);
        _ = Libc.SetSocketOption(_descriptor, Linux.SolSocket, Linux.SoReceiveTimeout, &limit, 2 * sizeof(long));
    }

    /// <summary>Sends a batch whose last command asks for an acknowledgement, and waits for it. All or nothing is applied.</summary>
    /// <param name="batch">Messages from BATCH_BEGIN to BATCH_END.</param>
    /// <param name="firstSequence">Of BATCH_BEGIN: what concerns the batch as a whole is answered with it.</param>
    /// <param name="lastSequence">Of the command that asks.</param>
    /// <returns>0, or the number of the first error.</returns>
    internal int Execute(ReadOnlySpan<byte> batch, uint firstSequence, uint lastSequence)
    {
        // SAFETY: held for the length of the call.
        fixed (byte* bytes = batch)
        {
            if (Libc.Send(_descriptor, bytes, batch.Length, 0) < 0) return Marshal.GetLastPInvokeError();
        }

        int failure = 0;
        while (true)
        {
            nint received;
            // SAFETY: the kernel writes at most the buffer's length.
            fixed (byte* bytes = _answer)
            {
                received = Libc.Receive(_descriptor, bytes, _answer.Length, 0);
            }

            if (received < 0)
            {
                int error = Marshal.GetLastPInvokeError();
                if (error == Linux.ErrInterrupted) continue;
                return error == Linux.ErrAgain ? Linux.ErrTimedOut : error;
            }

            if (Judge(_answer.AsSpan(0, (int)received), firstSequence, lastSequence, ref failure)) return failure;
        }
    }

    public void Dispose()
    {
        if (_descriptor < 0) return;
        _ = Libc.Close(_descriptor);
        _descriptor = -1;
    }

    /// <summary>Reads the error messages of one datagram. True when the verdict is complete.</summary>
    private static bool Judge(ReadOnlySpan<byte> answer, uint firstSequence, uint lastSequence, ref int failure)
    {
        while (answer.Length >= HeaderBytes + sizeof(int))
        {
            int length = BinaryPrimitives.ReadInt32LittleEndian(answer);
            if (length < HeaderBytes || length > answer.Length) return true;
            uint sequence = BinaryPrimitives.ReadUInt32LittleEndian(answer[8..]);
            bool ours = sequence - firstSequence <= lastSequence - firstSequence;
            if (ours && BinaryPrimitives.ReadUInt16LittleEndian(answer[4..]) == Netfilter.MessageError)
            {
                int error = -BinaryPrimitives.ReadInt32LittleEndian(answer[HeaderBytes..]);
                if (failure == 0) failure = error;
                if (sequence == lastSequence || (sequence == firstSequence && error != 0)) return true;
            }

            answer = answer[Math.Min(answer.Length, (length + 3) & ~3)..];
        }

        return false;
    }
}
