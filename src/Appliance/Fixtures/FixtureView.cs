using Appliance.Limiter;
using Appliance.Limiter.Descriptors;

namespace Appliance.Fixtures;

/// <summary>A fixture's request as the engine looks at it.</summary>
/// <param name="request">What was written.</param>
/// <param name="describer">Of the turn; null without a bundle.</param>
/// <param name="unixMs">UTC.</param>
internal readonly ref struct FixtureView(FixtureRequest request, RequestDescriber? describer, long unixMs) : IRequestView
{
    public ReadOnlySpan<byte> Method => request.Method;

    public ReadOnlySpan<byte> Path => request.Path;

    public ReadOnlySpan<byte> Query => request.Query;

    public ReadOnlySpan<byte> Host => request.Host;

    public ClientAddress Client => request.Client;

    public bool IsTrusted => request.IsTrusted;

    public LlmRequestNumbers Llm { get; init; }

    public bool TryGetHeader(ReadOnlySpan<byte> name, out ReadOnlySpan<byte> value)
    {
        foreach ((byte[] written, byte[] said) in request.Headers)
        {
            value = said;
            if (IsSame(written, name)) return true;
        }

        value = default;
        return false;
    }

    public ReadOnlySpan<byte> Claim(ReadOnlySpan<byte> name) => describer is null ? default : describer.Claim(in this, name, unixMs);

    public bool TryGetFact(RequestFact fact, out ReadOnlySpan<byte> value)
    {
        value = default;
        return describer is not null && describer.TryGetFact(in this, fact, out value);
    }

    /// <summary>'-' and '_' are the same (part B section 1.5); the first is written with '-' already.</summary>
    private static bool IsSame(ReadOnlySpan<byte> written, ReadOnlySpan<byte> name)
    {
        if (written.Length != name.Length) return false;
        for (int i = 0; i < name.Length; i++)
        {
            if (written[i] != (name[i] == (byte)'_' ? (byte)'-' : name[i])) return false;
        }

        return true;
    }
}
