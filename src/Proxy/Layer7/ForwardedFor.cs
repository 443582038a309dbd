using System.Text;
using Appliance.Limiter;
using Appliance.Proxy.Listeners;

namespace Appliance.Proxy.Layer7;

/// <summary>Who the client is when trusted proxies stand between (policies.md A7).</summary>
internal static class ForwardedFor
{
    /// <summary>Proxies looked at before the rest is ignored.</summary>
    private const int MaxHops = 32;

    /// <summary>
    /// Walks the proxies' chain from its end, where the nearest one has written, as long as the addresses are trusted ones; the first that is
    /// not is the client. What is not an address ends the walk: beyond it nothing can be believed. The chain is X-Forwarded-For, or, in a request
    /// without it, the for= of Forwarded (RFC 7239 section 5.2).
    /// </summary>
    /// <param name="request">The request.</param>
    /// <param name="head">Its head.</param>
    /// <param name="peer">Who sent it.</param>
    /// <param name="trusted">Who may speak for others.</param>
    /// <param name="secure">
    /// The proxy that named the client says that it came by TLS: X-Forwarded-Proto (its element at the client's place, counted from the end; a list
    /// that is shorter counts with its first), else proto= beside the for=.
    /// </param>
    internal static ClientAddress NearestUntrusted(
        RequestHead request, ReadOnlySpan<byte> head, ClientAddress peer, TrustedNetworks trusted, out bool secure)
    {
        secure = false;
        if (!trusted.Contains(peer)) return peer;
        bool standard = !Has(request, KnownHeader.ForwardedFor) && Has(request, KnownHeader.Forwarded);
        ClientAddress nearest = standard
            ? Walk(request, head, peer, trusted, KnownHeader.Forwarded, out int hops, out ReadOnlySpan<byte> proto)
            : Walk(request, head, peer, trusted, KnownHeader.ForwardedFor, out hops, out proto);
        if (Has(request, KnownHeader.ForwardedProto)) proto = ProtoAt(request, head, hops);
        secure = Ascii.EqualsIgnoreCase(proto, "https"u8);
        return nearest;
    }

    private static ClientAddress Walk(
        RequestHead request, ReadOnlySpan<byte> head, ClientAddress peer, TrustedNetworks trusted, KnownHeader header, out int hops,
        out ReadOnlySpan<byte> proto)
    {
        bool standard = header == KnownHeader.Forwarded;
        ClientAddress nearest = peer;
        hops = 0;
        proto = default;
        for (int i = request.FieldCount - 1; i >= 0; i--)
        {
            if (request.Fields[i].Known != header) continue;
            ReadOnlySpan<byte> list = request.Fields[i].Value(head);
            while (!list.IsEmpty)
            {
                if (!TryTakeLast(ref list, standard, out ReadOnlySpan<byte> element)) return nearest;
                // An empty element is none (RFC 9110 section 5.6.1.2).
                if (element.IsEmpty) continue;
                ReadOnlySpan<byte> node = element, said = default;
                if (standard && !ForwardedElement.TryRead(element, out node, out said)) return nearest;
                if (!TryParse(node, out ClientAddress address) || hops == MaxHops) return nearest;
                hops++;
                proto = said;
                nearest = address;
                if (!trusted.Contains(address)) return nearest;
            }
        }

        return nearest;
    }

    /// <summary>Takes the last element off a list; false: a quotation is open, so where it begins cannot be told.</summary>
    private static bool TryTakeLast(scoped ref ReadOnlySpan<byte> list, bool quoted, out ReadOnlySpan<byte> element)
    {
        int comma = quoted ? ForwardedElement.LastComma(list) : list.LastIndexOf((byte)',');
        element = default;
        if (comma == ForwardedElement.OpenQuote) return false;
        element = list[(comma + 1)..].Trim(" \t"u8);
        list = comma < 0 ? default : list[..comma];
        return true;
    }

    private static bool Has(RequestHead request, KnownHeader header)
    {
        foreach (ref readonly HeaderField field in request.Fields)
        {
            if (field.Known == header) return true;
        }

        return false;
    }

    /// <summary>The element of X-Forwarded-Proto that belongs to a hop, 1 being the last; the first when there are fewer.</summary>
    private static ReadOnlySpan<byte> ProtoAt(RequestHead request, ReadOnlySpan<byte> head, int hop)
    {
        ReadOnlySpan<byte> found = default;
        for (int i = request.FieldCount - 1; i >= 0; i--)
        {
            if (request.Fields[i].Known != KnownHeader.ForwardedProto) continue;
            ReadOnlySpan<byte> list = request.Fields[i].Value(head);
            while (!list.IsEmpty)
            {
                _ = TryTakeLast(ref list, quoted: false, out ReadOnlySpan<byte> element);
                if (element.IsEmpty) continue;
                found = element;
                if (--hop <= 0) return found;
            }
        }

        return found;
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
