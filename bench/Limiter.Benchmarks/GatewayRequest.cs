using Appliance.Limiter;
using Appliance.Limiter.Descriptors;

namespace Limiter.Benchmarks;

/// <summary>A request as the proxy shows it: claims come out of its Authorization header through the lane's describer.</summary>
internal readonly struct GatewayRequest(uint address, byte[] path, byte[] host, byte[]? authorization, RequestDescriber? describer, long unixMs) : IRequestView
{
    public ReadOnlySpan<byte> Method => "GET"u8;

    public ReadOnlySpan<byte> Path => path;

    public ReadOnlySpan<byte> Query => default;

    public ReadOnlySpan<byte> Host => host;

    public ClientAddress Client => ClientAddress.FromIPv4(address);

    public bool IsTrusted => false;

    public LlmRequestNumbers Llm => default;

    public ReadOnlySpan<byte> Claim(ReadOnlySpan<byte> name) => describer is null ? default : describer.Claim(in this, name, unixMs);

    public bool TryGetFact(RequestFact fact, out ReadOnlySpan<byte> value)
    {
        value = default;
        return false;
    }

    public bool TryGetHeader(ReadOnlySpan<byte> name, out ReadOnlySpan<byte> value)
    {
        value = authorization;
        return authorization is not null && name.SequenceEqual("authorization"u8);
    }
}
