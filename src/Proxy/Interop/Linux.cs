namespace Appliance.Proxy.Interop;

/// <summary>Numbers of the Linux ABI (x86-64 and arm64 agree on all but the call numbers); checked against the C headers by a test.</summary>
internal static class Linux
{
    internal const int AfUnix = 1;
    internal const int AfInet = 2;
    internal const int AfInet6 = 10;

    internal const int SockStream = 1;
    internal const int SockDatagram = 2;
    internal const int SockNonBlock = 0x800;
    internal const int SockCloseOnExec = 0x80000;

    internal const int SolSocket = 1;
    internal const int SoReuseAddr = 2;
    internal const int SoError = 4;
    internal const int SoReusePort = 15;
    internal const int SoLinger = 13;
    internal const int SoSendBuffer = 7;
    internal const int SoReceiveBuffer = 8;
    internal const int SoReceiveTimeout = 20;
    internal const int SoAttachFilter = 26;
    internal const int BpfReturnConstant = 0x06;
    internal const int IpProtoIp = 0;
    internal const int IpFreeBind = 15;
    internal const int IpPacketInfo = 8;
    internal const int IpProtoIpv6 = 41;
    internal const int Ipv6V6Only = 26;
    internal const int Ipv6FreeBind = 78;
    internal const int Ipv6ReceivePacketInfo = 49;
    internal const int Ipv6PacketInfo = 50;
    internal const int IpProtoTcp = 6;
    internal const int TcpNoDelay = 1;
    internal const int TcpRepair = 19;
    internal const int IpProtoUdp = 17;

    /// <summary>x86-64 only, like the layout of epoll_event.</summary>
    internal const int CallSendTo = 44;
    internal const int CallReceiveFrom = 45;
    internal const int MsgPeek = 2;
    internal const int MsgMore = 0x8000;
    internal const int MsgNoSignal = 0x4000;
    internal const int MsgTruncated = 0x20;
    internal const int MsgControlTruncated = 0x08;
    internal const int ShutWrite = 1;

    internal const int OpenNonBlock = 0x800;
    internal const int OpenCloseOnExec = 0x80000;
    internal const int SetPipeSize = 1031;
    internal const int GetPipeSize = 1032;
    internal const uint SpliceMove = 1;
    internal const uint SpliceNonBlock = 2;

    internal const int EpollCloseOnExec = 0x80000;
    internal const int EpollAdd = 1;
    internal const int EpollDelete = 2;
    internal const int EpollModify = 3;
    internal const uint EpollIn = 0x001;
    internal const uint EpollOut = 0x004;
    internal const uint EpollError = 0x008;
    internal const uint EpollHangUp = 0x010;
    internal const uint EpollReadHangUp = 0x2000;
    internal const uint EpollEdge = 1u << 31;

    internal const int EventFdNonBlock = 0x800;
    internal const int EventFdCloseOnExec = 0x80000;

    internal const int ErrPerm = 1;
    internal const int ErrNoEntry = 2;
    internal const int ErrInterrupted = 4;
    internal const int ErrAgain = 11;
    internal const int ErrNoMemory = 12;
    internal const int ErrAccess = 13;
    internal const int ErrFileTableFull = 23;
    internal const int ErrTooManyFiles = 24;
    internal const int ErrMessageTooLong = 90;
    internal const int ErrAddressInUse = 98;
    internal const int ErrNoBuffers = 105;
    internal const int ErrTimedOut = 110;
    internal const int ErrConnectionRefused = 111;
    internal const int ErrInProgress = 115;
}
