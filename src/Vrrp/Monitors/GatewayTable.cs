using System.Buffers.Binary;
using System.Globalization;
using Appliance.Vrrp.Addresses;

namespace Appliance.Vrrp.Monitors;

/// <summary>The default gateways of one interface, from the kernel's routing tables in text (proc(5), net/route and net/ipv6_route).</summary>
internal static class GatewayTable
{
    private const string Path4 = "/proc/net/route";
    private const string Path6 = "/proc/net/ipv6_route";
    private const int Fields6 = 10;

    /// <summary>As numbers; empty: none, or the tables cannot be read.</summary>
    /// <param name="interfaceName">Gateways behind others do not count.</param>
    /// <param name="ip4">The node can ask IPv4 neighbours.</param>
    /// <param name="ip6">The node can ask IPv6 neighbours.</param>
    public static UInt128[] Read(string interfaceName, bool ip4 = true, bool ip6 = false) =>
        [.. ip4 ? Parse(Lines(Path4), interfaceName) : [], .. ip6 ? Parse6(Lines(Path6), interfaceName) : []];

    public static UInt128[] Parse(IEnumerable<string> lines, string interfaceName)
    {
        var found = new List<UInt128>();
        foreach (string line in lines.Skip(1))
        {
            string[] fields = line.Split('\t', StringSplitOptions.TrimEntries);
            if (fields.Length < 8 || fields[0] != interfaceName || fields[1] != "00000000" || fields[7] != "00000000") continue;
            if (!uint.TryParse(fields[2], NumberStyles.HexNumber, CultureInfo.InvariantCulture, out uint gateway) || gateway == 0) continue;
            uint number = BinaryPrimitives.ReverseEndianness(gateway); // the file shows network order as a little-endian word
            if (!found.Contains(number)) found.Add(number);
        }

        return [.. found];
    }

    /// <summary>Destination, its prefix, source, its prefix, next hop, metric, two counters, flags, interface.</summary>
    public static UInt128[] Parse6(IEnumerable<string> lines, string interfaceName)
    {
        var found = new List<UInt128>();
        foreach (string line in lines)
        {
            string[] fields = line.Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
            if (fields.Length < Fields6 || fields[9] != interfaceName || fields[1] != "00" || fields[0].AsSpan().ContainsAnyExcept('0')) continue;
            if (!UInt128.TryParse(fields[4], NumberStyles.HexNumber, CultureInfo.InvariantCulture, out UInt128 gateway)) continue;
            if (AddressNumber.IsIp6(gateway) && !found.Contains(gateway)) found.Add(gateway);
        }

        return [.. found];
    }

    private static string[] Lines(string path)
    {
        try
        {
            return File.ReadAllLines(path);
        }
        catch (IOException)
        {
            return []; // no table: no gateway is known, which the status shows
        }
    }
}
