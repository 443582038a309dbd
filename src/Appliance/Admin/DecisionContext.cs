using Appliance.Limiter.Descriptors;
using Appliance.Proxy;
using Appliance.Proxy.Layer7;

namespace Appliance.Admin;

/// <summary>
/// Which request is a gateway asking about (policies.md A7, A18)? From X-Original-*, else X-Forwarded-*, both believed only from trusted
/// proxies; else from the path after /v1/decision, the method and the Host of the question itself.
/// </summary>
internal static class DecisionContext
{
    /// <summary>The longest URI that can be asked about; beyond the line length that any gateway lets through by default.</summary>
    public const int MaximumTargetBytes = 16 * 1024;

    /// <summary>What a caller of <see cref="TryRead"/> must bring.</summary>
    public const int ScratchBytes = MaximumTargetBytes + HostName.MaxLength;

    private static ReadOnlySpan<byte> Root => "/v1/decision"u8;

    /// <summary>
    /// True for /v1/decision and everything below it. By the raw target too: what follows is the client's path, and `/v1/decision/../livez` is a
    /// question about `/../livez`, never a healthy answer from elsewhere.
    /// </summary>
    public static bool IsAsked(LocalExchange exchange) => IsBelow(exchange.Target) || IsBelow(exchange.Path);

    /// <param name="exchange">The question.</param>
    /// <param name="scratch">At least <see cref="ScratchBytes"/>; the view points into it.</param>
    /// <param name="describer">Finds what the request does not say itself; null: nobody will ask.</param>
    /// <param name="unixMs">UTC.</param>
    /// <param name="view">Valid when <see cref="DecisionFault.None"/> is returned, as long as the exchange and the scratch memory.</param>
    public static DecisionFault TryRead(LocalExchange exchange, Span<byte> scratch, RequestDescriber? describer, long unixMs, out DecisionView view)
    {
        view = default;
        bool believed = exchange.PeerIsTrusted;
        if (!believed && HasOriginal(exchange)) return DecisionFault.Untrusted;

        Span<byte> path = scratch[..MaximumTargetBytes];
        DecisionFault fault = ReadTarget(exchange, believed, ref path, out ReadOnlySpan<byte> query);
        if (fault != DecisionFault.None) return fault;

        Span<byte> host = scratch[MaximumTargetBytes..];
        ReadOnlySpan<byte> named = Pick(exchange, believed, "x-original-host"u8, "x-forwarded-host"u8, "host"u8);
        int hostLength = HostName.Normalize(named, host);
        if (hostLength == 0 && !named.IsEmpty) return DecisionFault.BadHost;
        ReadOnlySpan<byte> method = Pick(exchange, believed, "x-original-method"u8, "x-forwarded-method"u8, default);
        if (method.IsEmpty) method = exchange.Method;
        view = new DecisionView(exchange, method, path, query, host[..hostLength], exchange.Client) { Describer = describer, UnixMs = unixMs };
        return DecisionFault.None;
    }

    private static bool IsBelow(ReadOnlySpan<byte> target) =>
        target.StartsWith(Root) && (target.Length == Root.Length || target[Root.Length] is (byte)'/' or (byte)'?');

    private static bool HasOriginal(LocalExchange exchange) =>
        exchange.TryGetHeader("x-original-uri"u8, out _)
        || exchange.TryGetHeader("x-original-method"u8, out _)
        || exchange.TryGetHeader("x-original-host"u8, out _);

    /// <summary>On success <paramref name="path"/> is cut to what was written.</summary>
    private static DecisionFault ReadTarget(LocalExchange exchange, bool believed, scoped ref Span<byte> path, out ReadOnlySpan<byte> query)
    {
        ReadOnlySpan<byte> target = Pick(exchange, believed, "x-original-uri"u8, "x-forwarded-uri"u8, default);
        query = target.IsEmpty ? exchange.Query : QueryOf(target);
        if (target.IsEmpty)
        {
            target = IsBelow(exchange.Target) ? exchange.Target : exchange.Path;
            if (target.Length > Root.Length && target[Root.Length] == '/') target = target[Root.Length..];
        }

        if (target.Length > path.Length) return DecisionFault.TooLong;
        if (!TargetPath.TryNormalize(target, path, out int length)) return DecisionFault.BadTarget;
        path = path[..length];
        return DecisionFault.None;
    }

    private static ReadOnlySpan<byte> QueryOf(ReadOnlySpan<byte> target)
    {
        int fragment = target.IndexOf((byte)'#');
        if (fragment >= 0) target = target[..fragment];
        int mark = target.IndexOf((byte)'?');
        return mark < 0 ? default : target[(mark + 1)..];
    }

    /// <summary>The first of the headers that is there and not empty; the first two only from a believed caller.</summary>
    private static ReadOnlySpan<byte> Pick(
        LocalExchange exchange, bool believed, ReadOnlySpan<byte> original, ReadOnlySpan<byte> forwarded, ReadOnlySpan<byte> own)
    {
        ReadOnlySpan<byte> value;
        if (believed && exchange.TryGetHeader(original, out value) && !value.IsEmpty) return value;
        if (believed && exchange.TryGetHeader(forwarded, out value) && !value.IsEmpty) return value;
        if (!own.IsEmpty && exchange.TryGetHeader(own, out value)) return value;
        return default;
    }
}
