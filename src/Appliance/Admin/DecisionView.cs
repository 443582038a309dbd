using Appliance.Limiter;
using Appliance.Proxy;

namespace Appliance.Admin;

/// <summary>The request that a gateway asks about. The spans live in the exchange and in the caller's scratch memory.</summary>
internal readonly ref struct DecisionView : IRequestView
{
    private readonly LocalExchange _exchange;

    public DecisionView(
        LocalExchange exchange, ReadOnlySpan<byte> method, ReadOnlySpan<byte> path, ReadOnlySpan<byte> query, ReadOnlySpan<byte> host,
        ClientAddress client)
    {
        _exchange = exchange;
        Method = method;
        Path = path;
        Query = query;
        Host = host;
        Client = client;
    }

    public ReadOnlySpan<byte> Method { get; }

    public ReadOnlySpan<byte> Path { get; }

    public ReadOnlySpan<byte> Query { get; }

    public ReadOnlySpan<byte> Host { get; }

    public ClientAddress Client { get; }

    public bool IsTrusted => _exchange.PeerIsTrusted;

    public LlmRequestNumbers Llm => default;

    public bool TryGetHeader(ReadOnlySpan<byte> name, out ReadOnlySpan<byte> value) => _exchange.TryGetHeader(name, out value);

    public ReadOnlySpan<byte> Claim(ReadOnlySpan<byte> name) => default;

    public bool TryGetFact(RequestFact fact, out ReadOnlySpan<byte> value)
    {
        value = default;
        return false;
    }
}
