// Invariants: numbers of the Linux ABI that are the same on all architectures this product runs on (x86-64, arm64).
namespace Appliance.Vrrp.Interop;

/// <summary>Constants of socket(7), ip(7), ipv6(7), packet(7), netlink(7), rtnetlink(7), errno(3).</summary>
internal static class SocketNumbers
{
    public const int Ip4 = 2;
    public const int Ip6 = 10;
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

    public const int Ip6Level = 41;
    public const int Ip6MulticastInterface = 17;
    public const int Ip6MulticastLoop = 19;
    public const int Ip6AddMembership = 20;
    public const int Ip6HeaderIncluded = 36;
    public const int Ip6ReceivePacketInfo = 49;
    public const int Ip6PacketInfo = 50;
    public const int Ip6ReceiveHopLimit = 51;
    public const int Ip6HopLimit = 52;
    public const int Ip6TrafficClass = 67;

    public const int Icmp6 = 58;
    public const int Icmp6Filter = 1;

    public const int EtherTypeArp = 0x0806;
    public const int EtherTypeIp4 = 0x0800;
    public const int EtherTypeIp6 = 0x86dd;

    public const int NotPermitted = 1;
    public const int NoSuchDevice = 19;
    public const int AccessDenied = 13;
    public const int AddressInUse = 98;
    public const int AddressNotAvailable = 99;
    public const int ConnectionRefused = 111;
    public const int BufferOverrun = 105;
    public const int Exists = 17;
    public const int NoSuchProcess = 3;
    public const int NotSupported = 95;
    public const int FamilyNotSupported = 97;

    public const int FirstInFirstOut = 1;
}
