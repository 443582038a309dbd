namespace Appliance.Limiter.Rules;

/// <summary>One line of a rule's `match`: the descriptor must have exactly this value.</summary>
/// <param name="Key">The descriptor.</param>
/// <param name="Value">The wanted bytes of a header.</param>
/// <param name="Address">The wanted address; used when the key is the client address.</param>
internal sealed record MatchCondition(LimitKey Key, byte[] Value, ClientAddress Address)
{
    public bool Holds<TRequest>(scoped ref readonly TRequest request)
        where TRequest : struct, IRequestView, allows ref struct
    {
        if (Key.Kind == LimitKeyKind.ClientAddress) return request.Client == Address;
        return Key.TryGetHeaderValue(in request, out ReadOnlySpan<byte> value) && value.SequenceEqual(Value);
    }
}
