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
    /// <summary>The value of a header key; false when the header is absent or empty, which counts as missing.</summary>
    public bool TryGetHeaderValue<TRequest>(scoped ref readonly TRequest request, out ReadOnlySpan<byte> value)
        where TRequest : struct, IRequestView, allows ref struct =>
        request.TryGetHeader(Name, out value) && !value.IsEmpty;
}
