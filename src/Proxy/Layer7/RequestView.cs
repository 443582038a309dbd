using Appliance.Limiter;

namespace Appliance.Proxy.Layer7;

/// <summary>The proxy's view of a request for the policy engine: spans over the read buffer.</summary>
internal readonly ref struct RequestView(HttpExchange exchange, ReadOnlySpan<byte> head, ClientAddress client) : IRequestView
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
    public ClientAddress Client => client;

    /// <inheritdoc/>
    public bool IsTrusted => exchange.PeerIsTrusted;

    /// <inheritdoc/>
    public LlmRequestNumbers Llm => default;

    /// <inheritdoc/>
    public bool TryGetHeader(ReadOnlySpan<byte> name, out ReadOnlySpan<byte> value) => exchange.Request.TryGet(_head, name, out value);

    /// <inheritdoc/>
    public ReadOnlySpan<byte> Claim(ReadOnlySpan<byte> name) => default;

    /// <inheritdoc/>
    public bool TryGetFact(RequestFact fact, out ReadOnlySpan<byte> value)
    {
        value = default;
        return false;
    }
}
