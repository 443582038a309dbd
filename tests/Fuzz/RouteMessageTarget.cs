using Appliance.Vrrp.Addresses;
using static Fuzz.InvariantException;

namespace Fuzz;

/// <summary>Messages of rtnetlink. The kernel's word is believed, but not its lengths.</summary>
internal sealed class RouteMessageTarget : ITarget
{
    public string Name => "route-message";

    public int MaximumLength => 2000;

    public IReadOnlyList<byte[]> Tokens { get; } =
    [
        [20, 0], [21, 0], [16, 0], [17, 0], [8, 0, 2, 0, 192, 0, 2, 100], [20, 0, 1, 0], [20, 0, 6, 0], [13, 0, 3, 0], [.. "vrrp4.51\0"u8], [10, 0, 1, 0, 0, 0, 0x5e, 0, 1, 51],
        [18, 0], [.. "macvlan"u8], [8, 0, 5, 0, 3, 0, 0, 0], [0xff, 0xff, 0xff, 0xff], [0, 0, 1, 0], [20, 0],
    ];

    public int Run(ReadOnlySpan<byte> input)
    {
        ReadOnlySpan<byte> rest = input;
        (int walked, int kind) = (0, 0);
        while (RouteMessage.TryNext(ref rest, out ReadOnlySpan<byte> message))
        {
            Require(++walked <= input.Length / RouteNumbers.HeaderBytes, "each message is at least a header long");
            Require(message.Length >= RouteNumbers.HeaderBytes && message.Length <= input.Length, "and lies within what came");
            kind = HashCode.Combine(kind, Look(message));
        }

        return HashCode.Combine(kind, walked, rest.Length / 16);
    }

    private static int Look(ReadOnlySpan<byte> message)
    {
        bool hasAddress = RouteMessage.TryReadAddress(message, out InterfaceAddress address);
        if (hasAddress) CheckRoundTrip(address);
        bool hasLink = RouteMessage.TryReadLink(message, out InterfaceLink link);
        Macvlan? macvlan = LinkMessage.ReadMacvlan(message);
        Require(macvlan is null || (hasLink && macvlan.Index == link.Index && macvlan.Mac == link.Mac), "a macvlan is a link");
        bool named = RouteMessage.IsNamed(message, "vrrp4.51\0"u8);
        RouteMessage.ErrorOf(message);
        return HashCode.Combine(RouteMessage.TypeOf(message) / 4, hasAddress && AddressNumber.IsIp6(address.Address), hasAddress, address.Finite, link.Carrier, link.Mac != 0, macvlan is not null, named);
    }

    private static void CheckRoundTrip(InterfaceAddress address)
    {
        Require(address.Address != 0, "an address that is read is one");
        if (address.ValidSeconds == 0) return;
        byte[] to = new byte[128];
        int length = RouteMessage.WriteAddress(to, RouteNumbers.NewAddress, 0, 1, address, 9);
        Require(RouteMessage.TryReadAddress(to.AsSpan(0, length), out InterfaceAddress again), "what was read can be written");
        Require(again with { Scope = address.Scope } == address, "and is the same");
    }
}
