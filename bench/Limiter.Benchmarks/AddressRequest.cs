using Appliance.Limiter;

namespace Limiter.Benchmarks;

/// <summary>The least request: an address and a path.</summary>
internal readonly struct AddressRequest(uint address) : IRequestView
{
    public ReadOnlySpan<byte> Method => "GET"u8;

    public ReadOnlySpan<byte> Path => "/v1/items/17"u8;

    public ReadOnlySpan<byte> Query => default;

    public ReadOnlySpan<byte> Host => "api.example.com"u8;

    public ClientAddress Client => ClientAddress.FromIPv4(address);

    public bool IsTrusted => false;

    public LlmRequestNumbers Llm => default;

    public ReadOnlySpan<byte> Claim(ReadOnlySpan<byte> name) => default;

    public bool TryGetFact(RequestFact fact, out ReadOnlySpan<byte> value)
    {
        value = default;
        return false;
    }

    public bool TryGetHeader(ReadOnlySpan<byte> name, out ReadOnlySpan<byte> value)
    {
        value = default;
        return false;
    }
}
