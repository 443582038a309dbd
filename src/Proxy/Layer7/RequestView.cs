using Appliance.Limiter;
using Appliance.Limiter.Descriptors;

namespace Appliance.Proxy.Layer7;

/// <summary>The proxy's view of a request for the policy engine: spans over the read buffer.</summary>
/// <param name="exchange">The request, normalised.</param>
/// <param name="head">Its head as it came.</param>
/// <param name="describer">Of the lane's turn; null: no bundle will ask.</param>
/// <param name="unixMs">UTC.</param>
internal readonly ref struct RequestView(HttpExchange exchange, ReadOnlySpan<byte> head, RequestDescriber? describer, long unixMs) : IRequestView
{
    private readonly ReadOnlySpan<byte> _head = head;

    /// <inheritdoc/>
    public ReadOnlySpan<byte> Method => exchange.Request.Method(_head);

    /// <inheritdoc/>
    public ReadOnlySpan<byte> Path => exchange.Path;

    /// <inheritdoc/>
    public ReadOnlySpan<byte> Query => exchange.Request.Query(_head);

    /// <inheritdoc/>
    public ReadOnlySpan<byte> Host => exchange.Host;

    /// <inheritdoc/>
    public ClientAddress Client => exchange.Client;

    /// <inheritdoc/>
    public bool IsTrusted => exchange.PeerIsTrusted;

    /// <inheritdoc/>
    public LlmRequestNumbers Llm => exchange.Llm;

    /// <inheritdoc/>
    public bool TryGetHeader(ReadOnlySpan<byte> name, out ReadOnlySpan<byte> value) => exchange.Request.TryGet(_head, name, out value);

    /// <inheritdoc/>
    public ReadOnlySpan<byte> Claim(ReadOnlySpan<byte> name) => describer is null ? default : describer.Claim(in this, name, unixMs);

    /// <inheritdoc/>
    public bool TryGetFact(RequestFact fact, out ReadOnlySpan<byte> value)
    {
        value = default;
        return describer is not null && describer.TryGetFact(in this, fact, out value);
    }
}
