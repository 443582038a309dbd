namespace Appliance.Proxy.Layer7;

/// <summary>What servers are told about where a request comes from.</summary>
/// <param name="address">The peer's address as text.</param>
/// <param name="trusted">The peer may speak for others: what it says is kept and added to.</param>
/// <param name="secure">The request came by TLS.</param>
internal readonly ref struct RequestOrigin(ReadOnlySpan<byte> address, bool trusted, bool secure)
{
    internal ReadOnlySpan<byte> Address { get; } = address;

    internal bool Trusted => trusted;

    internal ReadOnlySpan<byte> Proto => secure ? "https"u8 : "http"u8;
}
