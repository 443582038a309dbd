using System.Text;
using Appliance.Limiter;
using Appliance.Proxy.Configuration;
using Appliance.Proxy.Layer7;

namespace Appliance.Proxy.Balancing;

/// <summary>The key of a request for <see cref="BalanceMethod.Hash"/>. Pure; allocates nothing.</summary>
internal static class RequestKey
{
    /// <summary>The key's hash; 0: the request has none.</summary>
    /// <param name="settings">Where the key is.</param>
    /// <param name="head">The request's head as received.</param>
    /// <param name="request">The same, parsed.</param>
    /// <param name="path">Its normalised path.</param>
    /// <param name="client">Whom the request is for.</param>
    internal static ulong Of(
        HashKeySettings settings, ReadOnlySpan<byte> head, RequestHead request, ReadOnlySpan<byte> path, ClientAddress client) =>
        settings.Source switch
        {
            HashSource.Header => OfHeader(settings.Name, head, request),
            HashSource.Cookie => OfCookie(settings.Name, head, request),
            HashSource.Path => KeyHash.Of(path),
            _ => KeyHash.Of(client.Bits),
        };

    /// <summary>The key of a connection or datagram, which has no more than its source; 0 when the settings ask for more.</summary>
    internal static ulong Of(HashKeySettings settings, ClientAddress client) =>
        settings.Source == HashSource.SourceAddress ? KeyHash.Of(client.Bits) : 0;

    private static ulong OfHeader(string? name, ReadOnlySpan<byte> head, RequestHead request)
    {
        foreach (ref HeaderField field in request.Fields)
        {
            if (Ascii.EqualsIgnoreCase(field.Name(head), name)) return KeyHash.Of(field.Value(head));
        }

        return 0;
    }

    private static ulong OfCookie(string? name, ReadOnlySpan<byte> head, RequestHead request)
    {
        foreach (ref HeaderField field in request.Fields)
        {
            if (!CookieHeader.Is(field.Name(head))) continue;
            ReadOnlySpan<byte> cookies = field.Value(head);
            if (CookieHeader.TryFind(cookies, name, out Range value)) return KeyHash.Of(cookies[value]);
        }

        return 0;
    }
}
