using System.ComponentModel;
using System.Diagnostics;
using System.Runtime.InteropServices;
using Appliance.Vrrp.Interop;

namespace Appliance.Vrrp.Addresses;

/// <summary>Asks rtnetlink and waits for the answer, at most <see cref="AnswerLimitMs"/>. One thread at a time; allocates only in dumps.</summary>
internal sealed class RouteSocket : IDisposable
{
    /// <summary>The kernel answers within microseconds; a longer wait must not hold up the heartbeat.</summary>
    private const int AnswerLimitMs = 20;
    private const int TimedOut = 110;
    private readonly Descriptor _socket;
    private readonly byte[] _request = new byte[512];
    private readonly byte[] _answer = new byte[32 * 1024];
    private readonly PollEntry[] _poll = new PollEntry[1];
    private uint _sequence;

    /// <exception cref="Win32Exception">With errno.</exception>
    public RouteSocket()
    {
        _socket = Descriptor.Socket(SocketNumbers.Netlink, SocketNumbers.RawType, 0);
        _socket.Bind(KernelAddress.RouteNetlink(0));
        _poll[0] = new PollEntry { Descriptor = _socket.Raw, Wanted = PollEntry.Readable };
    }

    /// <summary>Adds the address, or renews its lifetime; with onlyIfMissing an existing one is left alone (EEXIST).</summary>
    /// <returns>0, or errno.</returns>
    public int AddAddress(in InterfaceAddress address, uint routeMetric, bool onlyIfMissing)
    {
        ushort flags = onlyIfMissing ? (ushort)(RouteNumbers.Create | RouteNumbers.Exclusive) : (ushort)(RouteNumbers.Create | RouteNumbers.Replace);
        return Ask(RouteMessage.WriteAddress(_request, RouteNumbers.NewAddress, flags, ++_sequence, address, routeMetric));
    }

    /// <returns>0, or errno; EADDRNOTAVAIL: it was not there.</returns>
    public int DeleteAddress(in InterfaceAddress address) =>
        Ask(RouteMessage.WriteAddress(_request, RouteNumbers.DeleteAddress, 0, ++_sequence, address with { ValidSeconds = 0 }));

    /// <summary>Makes a macvlan, which is down at first.</summary>
    /// <returns>0, or errno.</returns>
    public int CreateMacvlan(string name, ulong mac, int parentIndex) => Ask(LinkMessage.WriteNewMacvlan(_request, ++_sequence, name, mac, parentIndex));

    /// <summary>Up takes microseconds; down waits for the kernel's readers, 10 to 20 ms.</summary>
    /// <returns>0, or errno.</returns>
    public int SetLink(int interfaceIndex, bool up) => Ask(LinkMessage.WriteSetLink(_request, ++_sequence, interfaceIndex, up));

    /// <returns>0, or errno.</returns>
    public int SetAlias(int interfaceIndex, string alias) => Ask(LinkMessage.WriteAlias(_request, ++_sequence, interfaceIndex, alias));

    /// <returns>0, or errno.</returns>
    public int DeleteLink(int interfaceIndex) => Ask(LinkMessage.WriteDeleteLink(_request, ++_sequence, interfaceIndex));

    /// <summary>Null: there is none of this name, or it is no macvlan.</summary>
    public Macvlan? FindMacvlan(string name)
    {
        byte[] named = System.Text.Encoding.UTF8.GetBytes(name + '\0');
        return TryAskLink(RouteMessage.WriteGetLink(_request, ++_sequence, named), out ReadOnlySpan<byte> message) ? LinkMessage.ReadMacvlan(message) : null;
    }

    /// <summary>False: no such interface, or no answer.</summary>
    public bool TryGetLink(int interfaceIndex, out InterfaceLink link) =>
        TryReadLink(RouteMessage.WriteGetLink(_request, ++_sequence, interfaceIndex), out link);

    /// <param name="name">With its closing zero.</param>
    /// <param name="link">What was found.</param>
    public bool TryGetLink(ReadOnlySpan<byte> name, out InterfaceLink link) =>
        TryReadLink(RouteMessage.WriteGetLink(_request, ++_sequence, name), out link);

    private bool TryReadLink(int length, out InterfaceLink link)
    {
        link = default;
        return TryAskLink(length, out ReadOnlySpan<byte> message) && RouteMessage.TryReadLink(message, out link);
    }

    private bool TryAskLink(int length, out ReadOnlySpan<byte> answer)
    {
        answer = default;
        if (!_socket.Send(_request.AsSpan(0, length))) return false;
        long limit = Stopwatch.GetTimestamp() + (AnswerLimitMs * Stopwatch.Frequency / 1000);
        while (TryReceive(limit, out ReadOnlySpan<byte> rest))
        {
            while (RouteMessage.TryNext(ref rest, out ReadOnlySpan<byte> message))
            {
                if (RouteMessage.SequenceOf(message) != _sequence) continue;
                answer = message;
                return RouteMessage.TypeOf(message) == RouteNumbers.NewLink;
            }
        }

        return false;
    }

    /// <summary>All addresses of the machine's network namespace.</summary>
    /// <exception cref="Win32Exception">The kernel refused or did not answer.</exception>
    public List<InterfaceAddress> DumpAddresses()
    {
        var found = new List<InterfaceAddress>();
        if (!_socket.Send(_request.AsSpan(0, RouteMessage.WriteDumpAddresses(_request, ++_sequence)))) throw new Win32Exception();
        long limit = Stopwatch.GetTimestamp() + (50 * AnswerLimitMs * Stopwatch.Frequency / 1000);
        while (TryReceive(limit, out ReadOnlySpan<byte> rest))
        {
            while (RouteMessage.TryNext(ref rest, out ReadOnlySpan<byte> message))
            {
                if (RouteMessage.SequenceOf(message) != _sequence) continue;
                if (RouteMessage.TypeOf(message) == RouteNumbers.Done) return found;
                if (RouteMessage.TypeOf(message) == RouteNumbers.Error) throw new Win32Exception(RouteMessage.ErrorOf(message));
                if (RouteMessage.TryReadAddress(message, out InterfaceAddress address)) found.Add(address);
            }
        }

        throw new Win32Exception(TimedOut);
    }

    public void Dispose() => _socket.Dispose();

    private int Ask(int length)
    {
        if (!_socket.Send(_request.AsSpan(0, length))) return Marshal.GetLastPInvokeError();
        long limit = Stopwatch.GetTimestamp() + (AnswerLimitMs * Stopwatch.Frequency / 1000);
        while (TryReceive(limit, out ReadOnlySpan<byte> rest))
        {
            while (RouteMessage.TryNext(ref rest, out ReadOnlySpan<byte> message))
            {
                if (RouteMessage.TypeOf(message) == RouteNumbers.Error && RouteMessage.SequenceOf(message) == _sequence) return RouteMessage.ErrorOf(message);
            }
        }

        return TimedOut;
    }

    private bool TryReceive(long limit, out ReadOnlySpan<byte> received)
    {
        received = default;
        int length = _socket.Receive(_answer);
        if (length < 0)
        {
            long leftNs = (limit - Stopwatch.GetTimestamp()) * 1_000_000_000 / Stopwatch.Frequency;
            if (leftNs <= 0) return false;
            var timeout = new TimeSpec(leftNs);
            if (LibC.Poll(_poll, 1, ref timeout, 0) <= 0) return false;
            length = _socket.Receive(_answer);
        }

        if (length <= 0) return false;
        received = _answer.AsSpan(0, length);
        return true;
    }
}
