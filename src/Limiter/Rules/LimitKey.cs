namespace Appliance.Limiter.Rules;

/// <summary>
/// One descriptor, as a limit key, as the left side of a match or as what a kill switch looks at. A bundle holds one object for each
/// descriptor that it names, however often it names it.
/// </summary>
/// <param name="Kind">Where the value comes from.</param>
/// <param name="Name">A header in lower case with '-' for '_', or a query parameter or claim as written; empty for the other kinds.</param>
/// <param name="Text">As metrics name it: `ip:address`, `header:x-tenant`.</param>
/// <param name="Index">Its place in <see cref="PolicySnapshot.Descriptors"/>: what was extracted once per request is found by it.</param>
internal sealed record LimitKey(LimitKeyKind Kind, byte[] Name, string Text, int Index)
{
    /// <summary>The value of any key but the client address; false when it is missing. Empty is missing, but for a claim (policies.md A4).</summary>
    public bool TryGetValue<TRequest>(scoped ref readonly TRequest request, out ReadOnlySpan<byte> value)
        where TRequest : struct, IRequestView, allows ref struct
    {
        if (Kind == LimitKeyKind.JwtClaim)
        {
            value = request.Claim(Name);
            return true;
        }

        bool found = Kind switch
        {
            LimitKeyKind.Header => request.TryGetHeader(Name, out value),
            LimitKeyKind.Query => QueryParameter.TryGet(request.Query, Name, out value),
            LimitKeyKind.IpCountry => request.TryGetFact(RequestFact.Country, out value),
            LimitKeyKind.IpAsn => request.TryGetFact(RequestFact.Asn, out value),
            LimitKeyKind.IpType => request.TryGetFact(RequestFact.AddressType, out value),
            LimitKeyKind.IpTor => request.TryGetFact(RequestFact.Tor, out value),
            LimitKeyKind.UaBot => request.TryGetFact(RequestFact.Bot, out value),
            _ => request.TryGetFact(RequestFact.BotCategory, out value),
        };
        return found && !value.IsEmpty;
    }
}
