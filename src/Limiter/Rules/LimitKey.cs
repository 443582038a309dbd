namespace Appliance.Limiter.Rules;

/// <summary>One descriptor, as a limit key or as the left side of a match.</summary>
/// <param name="Kind">Where the value comes from.</param>
/// <param name="HeaderName">Lower case with '-' for '_'; empty unless <paramref name="Kind"/> is a header.</param>
/// <param name="Text">As metrics name it: `ip:address`, `header:x-tenant`.</param>
internal sealed record LimitKey(LimitKeyKind Kind, byte[] HeaderName, string Text)
{
    /// <summary>The value of a header key; false when the header is absent or empty, which counts as missing.</summary>
    public bool TryGetHeaderValue<TRequest>(scoped ref readonly TRequest request, out ReadOnlySpan<byte> value)
        where TRequest : struct, IRequestView, allows ref struct =>
        request.TryGetHeader(HeaderName, out value) && !value.IsEmpty;
}
