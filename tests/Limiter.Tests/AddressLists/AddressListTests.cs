using System.Net;
using System.Text;
using Appliance.Limiter;
using Appliance.Limiter.AddressLists;
using FsCheck;
using FsCheck.Fluent;

namespace Limiter.Tests.AddressLists;

public sealed class AddressListTests
{
    [Fact]
    public void TheLongestPrefixWinsInBothFamilies()
    {
        AddressList list = Read(AddressListKind.Country, """
            # documentation networks
            192.0.2.0/24     de
            192.0.2.128/25   FR   # a part of it
            192.0.2.129      It

            2001:db8::/32	US
            2001:db8:1::/48 	CA
            2001:db8:1::1 MX
            """);
        Assert.Equal(
            ["DE", "FR", "IT", "FR", "FR", "-", "-"],
            Values(list, "192.0.2.127", "192.0.2.128", "192.0.2.129", "192.0.2.130", "192.0.2.255", "192.0.3.0", "192.0.1.255"));
        Assert.Equal(["US", "CA", "MX", "CA", "US", "-"], Values(list, "2001:db8::", "2001:db8:1::", "2001:db8:1::1", "2001:db8:1::2", "2001:db8:2::", "2001:db9::"));
        Assert.Equal(6, list.Count);
    }

    [Fact]
    public void MappedAddressesAreThoseOfIPv4()
    {
        AddressList list = Read(AddressListKind.Asn, "::ffff:192.0.2.0/120 AS64500\n203.0.113.0/24 64501\n::/0 64502\n");
        Assert.Equal(["64500", "64500", "64501", "64501", "64502"], Values(list, "192.0.2.7", "::ffff:192.0.2.7", "203.0.113.1", "::ffff:203.0.113.1", "::1"));
        // Everything of IPv6 is not everything of IPv4.
        Assert.Equal(["-", "-"], Values(list, "198.51.100.1", "::ffff:198.51.100.1"));
        Assert.Equal(["1", "1"], Values(Read(AddressListKind.Asn, "::ffff:0:0/96 1"), "198.51.100.1", "255.255.255.255"));
    }

    [Fact]
    public void WholeFamiliesAndTheEndsOfTheSpaceAreCovered()
    {
        AddressList list = Read(AddressListKind.Type, "0.0.0.0/0 isp\n::/0 unknown\n0.0.0.0/8 a\n255.0.0.0/8 z\nffff::/16 last\n255.255.255.255 end");
        Assert.Equal(["a", "isp", "z", "end"], Values(list, "0.0.0.0", "1.0.0.0", "255.255.255.254", "255.255.255.255"));
        Assert.Equal(["unknown", "last"], Values(list, "::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"));
        Assert.Equal(["-", "-"], Values(Read(AddressListKind.Tor, "# nothing\n"), "0.0.0.0", "::"));
    }

    [Fact]
    public void TorLinesNeedNoValue() => Assert.Equal(
        ["true", "true", "false", "-"], Values(Read(AddressListKind.Tor, "192.0.2.1\n2001:db8::/64 true\r\n192.0.2.2 false"), "192.0.2.1", "2001:db8::5", "192.0.2.2", "192.0.2.3"));

    [Fact]
    public void ATypeListGivesTheTypeOfAutonomousSystemsToo()
    {
        AddressList list = Read(AddressListKind.Type, "AS72 business\nas62 hosting\nAS4294967295 isp\n192.0.2.0/24 hosting\n");
        Assert.Equal(("business", "hosting", "isp"), (OfAsn(list, "72"), OfAsn(list, "AS62"), OfAsn(list, "4294967295")));
        foreach (string other in (string[])["999999999", "", "AS", "072", "-72", "4294967368", "72 ", "as as"]) Assert.Null(OfAsn(list, other));
    }

    /// <summary>Against the definition: of all networks that hold the address, the longest.</summary>
    [Fact]
    public void EveryLookupIsThatOfANaiveSearch() => Check.One(
        Config.QuickThrowOnFailure.WithMaxTest(300),
        Prop.ForAll(ArbMap.Default.ArbFor<int>(), seed =>
        {
            var random = new Random(seed);
            bool isIPv4 = random.Next(2) == 0;
            var networks = new Dictionary<IPNetwork, string>();
            for (int i = random.Next(1, 40); i > 0; i--) networks[Network(random, isIPv4)] = $"{random.Next(5)}";
            AddressList list = Read(AddressListKind.Asn, string.Join('\n', networks.OrderBy(_ => random.Next()).Select(n => $"{n.Key} {n.Value}")));
            for (int i = 0; i < 60; i++)
            {
                IPAddress address = i < 40 ? Near(random, networks.Keys.ElementAt(random.Next(networks.Count))) : Network(random, isIPv4).BaseAddress;
                string expected = networks.Where(n => n.Key.Contains(address)).OrderBy(n => n.Key.PrefixLength).Select(n => n.Value).LastOrDefault("-");
                if (Values(list, address.ToString())[0] != expected) return false;
            }

            return true;
        }));

    [Fact]
    public void ALookupAllocatesNothing()
    {
        AddressList list = Read(AddressListKind.Country, "192.0.2.0/24 DE\n2001:db8::/32 FR");
        ClientAddress[] addresses = [.. new[] { "192.0.2.1", "192.0.3.1", "2001:db8::1", "::1" }.Select(text => ClientAddress.From(IPAddress.Parse(text)))];
        int found = 0;
        void Round()
        {
            foreach (ClientAddress address in addresses)
                if (list.TryFind(address, out ReadOnlySpan<byte> value)) found += value.Length;
        }

        for (int i = 0; i < 100; i++) Round();
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 1000; i++) Round();
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 200);
        Assert.Equal(1100 * 4, found);
    }

    [Fact]
    public void AMillionNetworksFitAndOneMoreDoesNot()
    {
        var text = new StringBuilder();
        for (int i = 0; i < AddressListReader.MaxEntries; i++) text.Append(10 + (i >> 16)).Append('.').Append((i >> 8) & 255).Append('.').Append(i & 255).Append(".0/25 ").Append(i % 50_000).Append('\n');
        byte[] content = Encoding.ASCII.GetBytes(text.ToString());
        AddressList list = AddressListReader.Read(AddressListKind.Asn, "asn", content, out var errors)!;
        Assert.Empty(errors);
        Assert.Equal(["258", "-"], Values(list, "10.1.2.127", "10.1.2.128"));
        Assert.InRange(list.Bytes, 0, 17_000_000);

        Assert.Null(AddressListReader.Read(AddressListKind.Asn, "asn", [.. content, .. "1.0.0.0/8 1\n2.0.0.0/8 2"u8], out errors));
        Assert.Equal(AddressListReader.MaxEntries + 1, Assert.Single(errors).Line);
    }

    private static AddressList Read(AddressListKind kind, string text)
    {
        AddressList? list = AddressListReader.Read(kind, "list", Encoding.UTF8.GetBytes(text), out var errors);
        Assert.Empty(errors);
        return list!;
    }

    private static string[] Values(AddressList list, params string[] addresses) => [.. addresses.Select(address =>
        list.TryFind(ClientAddress.From(IPAddress.Parse(address)), out ReadOnlySpan<byte> value) ? Encoding.ASCII.GetString(value) : "-")];

    private static string? OfAsn(AddressList list, string asn) =>
        list.TryFindAsn(Encoding.ASCII.GetBytes(asn), out ReadOnlySpan<byte> value) ? Encoding.ASCII.GetString(value) : null;

    /// <summary>Few different octets, so that networks lie within and beside each other.</summary>
    private static IPNetwork Network(Random random, bool isIPv4)
    {
        byte[] octets = new byte[isIPv4 ? 4 : 16];
        for (int i = 0; i < octets.Length; i++) octets[i] = (byte)(random.Next(3) * 127 + random.Next(2));
        int length = random.Next(octets.Length * 8 + 1);
        for (int bit = length; bit < octets.Length * 8; bit++) octets[bit / 8] &= (byte)~(0x80 >> (bit % 8));
        return new IPNetwork(new IPAddress(octets), length);
    }

    /// <summary>The first or last address of a network, or the one beside.</summary>
    private static IPAddress Near(Random random, IPNetwork network)
    {
        byte[] octets = network.BaseAddress.GetAddressBytes();
        bool isLast = random.Next(2) == 0;
        for (int bit = network.PrefixLength; isLast && bit < octets.Length * 8; bit++) octets[bit / 8] |= (byte)(0x80 >> (bit % 8));
        if (random.Next(2) == 0) return new IPAddress(octets);
        int step = isLast ? 1 : -1;
        for (int i = octets.Length - 1; i >= 0; i--)
        {
            octets[i] = (byte)(octets[i] + step);
            if (octets[i] != (isLast ? 0 : 255)) break;
        }

        return new IPAddress(octets);
    }
}
