using System.Globalization;

namespace Appliance.Vrrp.Monitors;

/// <summary>The default gateways of one interface, from the kernel's routing table in text (proc(5), net/route).</summary>
internal static class GatewayTable
{
    private const string Path = "/proc/net/route";

    /// <summary>Host byte order; empty: none, or the table cannot be read.</summary>
    public static uint[] Read(string interfaceName)
    {
        try
        {
            return Parse(File.ReadAllLines(Path), interfaceName);
        }
        catch (IOException)
        {
            return []; // no table: no gateway is known, which the status shows
        }
    }

    public static uint[] Parse(IEnumerable<string> lines, string interfaceName)
    {
        var found = new List<uint>();
        foreach (string line in lines.Skip(1))
        {
            string[] fields = line.Split('\t', StringSplitOptions.TrimEntries);
            if (fields.Length < 8 || fields[0] != interfaceName || fields[1] != "00000000" || fields[7] != "00000000") continue;
            if (!uint.TryParse(fields[2], NumberStyles.HexNumber, CultureInfo.InvariantCulture, out uint gateway) || gateway == 0) continue;
            uint number = System.Buffers.Binary.BinaryPrimitives.ReverseEndianness(gateway); // the file shows network order as a little-endian word
            if (!found.Contains(number)) found.Add(number);
        }

        return [.. found];
    }
}
