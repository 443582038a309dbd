using Appliance.Limiter;
using Appliance.Limiter.Descriptors;
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

    /// <summary>Of the lane's turn; null: no bundle will ask.</summary>
    public RequestDescriber? Describer { private get; init; }

    /// <summary>UTC.</summary>
    public long UnixMs { private get; init; }

    public ReadOnlySpan<byte> Claim(ReadOnlySpan<byte> name) => Describer is null ? default : Describer.Claim(in this, name, UnixMs);

    public bool TryGetFact(RequestFact fact, out ReadOnlySpan<byte> value)
    {
        value = default;
        return Describer is not null && Describer.TryGetFact(in this, fact, out value);
    }
}
