using Appliance.Limiter;
using Appliance.Proxy.Listeners;

namespace Appliance.Proxy.Layer7;

/// <summary>Who the client is when trusted proxies stand between (policies.md A7).</summary>
internal static class ForwardedFor
{
    /// <summary>Proxies looked at before the rest is ignored.</summary>
    private const int MaxHops = 32;

    /// <summary>
    /// Walks X-Forwarded-For from its end, where the nearest proxy has written, as long as the addresses are trusted ones; the first that is
    /// not is the client. What is not an address ends the walk: beyond it nothing can be believed.
    /// </summary>
    internal static ClientAddress NearestUntrusted(
        RequestHead request, ReadOnlySpan<byte> head, ClientAddress peer, TrustedNetworks trusted)
    {
        if (!trusted.Contains(peer)) return peer;
        ClientAddress nearest = peer;
        int hops = 0;
        for (int i = request.FieldCount - 1; i >= 0; i--)
        {
            if (request.Fields[i].Known != KnownHeader.ForwardedFor) continue;
            ReadOnlySpan<byte> list = request.Fields[i].Value(head);
            while (!list.IsEmpty)
            {
                int comma = list.LastIndexOf((byte)',');
                ReadOnlySpan<byte> element = list[(comma + 1)..].Trim(" \t"u8);
                list = comma < 0 ? default : list[..comma];
                // An empty element is none (RFC 9110 section 5.6.1.2).
                if (element.IsEmpty) continue;
                if (!TryParse(element, out ClientAddress address) || ++hops > MaxHops) return nearest;
                nearest = address;
                if (!trusted.Contains(address)) return nearest;
            }
        }

        return nearest;
    }

    /// <summary>An address, also as `[v6]`, `[v6]:port` or `v4:port`, which some proxies write.</summary>
    private static bool TryParse(ReadOnlySpan<byte> text, out ClientAddress address)
    {
        if (text is [(byte)'[', ..])
        {
            int bracket = text.IndexOf((byte)']');
            if (bracket > 0) text = text[1..bracket];
        }
        else if (text.Count((byte)':') == 1)
        {
            text = text[..text.IndexOf((byte)':')];
        }

        return ClientAddress.TryParse(text, out address);
    }
}
