namespace Appliance.Limiter.Rules;

/// <summary>One line of a rule's `match`, or what a kill switch asks for: the descriptor must have exactly this value.</summary>
/// <param name="Key">The descriptor.</param>
/// <param name="Value">The wanted bytes; compared case-sensitively.</param>
/// <param name="Address">The wanted address; used when the key is the client address.</param>
internal sealed record MatchCondition(LimitKey Key, byte[] Value, ClientAddress Address)
{
    /// <summary>For every kind of descriptor but the client address.</summary>
    /// <param name="value">What the request brought; empty counts as missing, and holds only where "" itself is wanted.</param>
    public bool Holds(ReadOnlySpan<byte> value) => value.SequenceEqual(Value);

    /// <summary>For the client address.</summary>
    public bool Holds(ClientAddress client) => client == Address;

    public bool Holds<TRequest>(scoped ref readonly TRequest request)
        where TRequest : struct, IRequestView, allows ref struct
    {
        if (Key.Kind == LimitKeyKind.ClientAddress) return request.Client == Address;
        return Key.TryGetValue(in request, out ReadOnlySpan<byte> value) ? Holds(value) : Holds(default(ReadOnlySpan<byte>));
    }
}
