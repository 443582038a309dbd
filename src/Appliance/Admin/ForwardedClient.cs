using Appliance.Limiter;

namespace Appliance.Admin;

/// <summary>Finds the client behind trusted proxies: the nearest address that is not one of them (policies.md A7).</summary>
internal static class ForwardedClient
{
    /// <summary>More hops than any real chain has; what stands left of them was written by the client and proves nothing.</summary>
    private const int MaximumHops = 32;

    /// <param name="peer">Who connected; the answer itself when it is not trusted, whatever the header says.</param>
    /// <param name="forwardedFor">X-Forwarded-For, each proxy having appended whom it saw; may be empty.</param>
    /// <param name="trusted">Whose appended entries are believed.</param>
    public static ClientAddress Find(ClientAddress peer, ReadOnlySpan<byte> forwardedFor, TrustedNetworks trusted)
    {
        ClientAddress nearest = peer;
        for (int hop = 0; hop < MaximumHops && trusted.Contains(nearest) && forwardedFor.Length > 0; hop++)
        {
            int comma = forwardedFor.LastIndexOf((byte)',');
            ReadOnlySpan<byte> entry = forwardedFor[(comma + 1)..].Trim(" \t"u8);
            forwardedFor = comma < 0 ? [] : forwardedFor[..comma];
            if (!TryParseEntry(entry, out ClientAddress seen)) return nearest;
            nearest = seen;
        }

        return nearest;
    }

    /// <summary>An address, with a port or in brackets as some proxies write it.</summary>
    internal static bool TryParseEntry(ReadOnlySpan<byte> entry, out ClientAddress address)
    {
        if (TryParseIPv4(entry, out address)) return true;
        if (entry.Length > 2 && entry[0] == '[')
        {
            int end = entry.IndexOf((byte)']');
            return end > 0 && ClientAddress.TryParse(entry[1..end], out address);
        }

        int colon = entry.IndexOf((byte)':');
        if (colon > 0 && colon == entry.LastIndexOf((byte)':')) return TryParseIPv4(entry[..colon], out address);
        return ClientAddress.TryParse(entry, out address);
    }

    /// <summary>The common case without the framework's allocation.</summary>
    private static bool TryParseIPv4(ReadOnlySpan<byte> text, out ClientAddress address)
    {
        address = default;
        uint bits = 0;
        int octets = 0;
        int digits = 0;
        uint octet = 0;
        foreach (byte letter in text)
        {
            if (letter == '.' && digits > 0 && octets < 3)
            {
                bits = bits << 8 | octet;
                octets++;
                digits = 0;
                octet = 0;
            }
            else if (letter is >= (byte)'0' and <= (byte)'9' && digits < 3)
            {
                octet = octet * 10 + (uint)(letter - '0');
                digits++;
            }
            else
            {
                return false;
            }

            if (octet > 255) return false;
        }

        if (octets != 3 || digits == 0) return false;
        address = ClientAddress.FromIPv4(bits << 8 | octet);
        return true;
    }
}
