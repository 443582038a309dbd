namespace Appliance.Vrrp.Addresses;

/// <summary>Numbers of rtnetlink(7).</summary>
internal static class RouteNumbers
{
    public const int HeaderBytes = 16;
    public const int AddressHeaderBytes = 8;
    public const int LinkHeaderBytes = 16;

    public const ushort Error = 2;
    public const ushort Done = 3;
    public const ushort NewLink = 16;
    public const ushort DeleteLink = 17;
    public const ushort GetLink = 18;
    public const ushort NewAddress = 20;
    public const ushort DeleteAddress = 21;
    public const ushort GetAddress = 22;

    public const ushort Request = 1;
    public const ushort Acknowledge = 4;
    public const ushort Replace = 0x100;
    public const ushort Exclusive = 0x200;
    public const ushort Create = 0x400;
    public const ushort Dump = 0x300;

    public const ushort AttributeAddress = 1;
    public const ushort AttributeLocal = 2;
    public const ushort AttributeCacheTimes = 6;
    public const ushort AttributeRouteMetric = 9;
    public const byte NoDuplicateDetection = 2;
    public const ushort LinkAddress = 1;
    public const ushort LinkName = 3;
    public const ushort LinkParent = 5;
    public const ushort LinkKind = 18;
    public const ushort LinkAlias = 20;
    public const ushort KindName = 1;
    public const ushort KindData = 2;
    public const ushort MacvlanMode = 1;
    public const uint MacvlanBridge = 4;

    public const uint GroupLink = 1;
    public const uint GroupIp4Address = 0x10;
    public const uint GroupIp6Address = 0x100;

    public const uint FlagUp = 1;
    public const uint FlagLowerUp = 0x10000;
    public const ushort Ethernet = 1;
    public const uint Forever = 0xffffffff;
}
