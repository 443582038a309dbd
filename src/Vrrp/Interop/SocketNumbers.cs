// Invariants: numbers of the Linux ABI that are the same on all architectures this product runs on (x86-64, arm64).
namespace Appliance.Vrrp.Interop;

/// <summary>Constants of socket(7), ip(7), packet(7), netlink(7), rtnetlink(7), errno(3).</summary>
internal static class SocketNumbers
{
    public const int Ip4 = 2;
    public const int Netlink = 16;
    public const int Packet = 17;
    public const int Datagram = 2;
    public const int RawType = 3;
    public const int NonBlocking = 0x800;
    public const int CloseOnExec = 0x80000;
    public const int NoSignal = 0x4000;

    public const int SocketLevel = 1;
    public const int ReceiveBuffer = 8;
    public const int PacketPriority = 12;
    public const int BindToDevice = 25;

    public const int IpLevel = 0;
    public const int TypeOfService = 1;
    public const int HeaderIncluded = 3;
    public const int MulticastInterface = 32;
    public const int MulticastLoop = 34;
    public const int AddMembership = 35;

    public const int EtherTypeArp = 0x0806;

    public const int NotPermitted = 1;
    public const int NoSuchDevice = 19;
    public const int AccessDenied = 13;
    public const int AddressInUse = 98;
    public const int AddressNotAvailable = 99;
    public const int ConnectionRefused = 111;
    public const int BufferOverrun = 105;
    public const int Exists = 17;
    public const int NoSuchProcess = 3;

    public const int FirstInFirstOut = 1;
}
