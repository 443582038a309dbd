using System.Collections.Immutable;
using Appliance.Limiter;

namespace Appliance.Fixtures;

/// <summary>A request as a listener would present it to the engine. Immutable.</summary>
internal sealed record FixtureRequest
{
    public required byte[] Method { get; init; }

    /// <summary>As written, for people.</summary>
    public required string Target { get; init; }

    /// <summary>In the form for matching.</summary>
    public required byte[] Path { get; init; }

    public required byte[] Query { get; init; }

    /// <summary>In the form for matching; empty when there is none.</summary>
    public required byte[] Host { get; init; }

    public required ClientAddress Client { get; init; }

    /// <summary>The request comes from one of `trusted_proxies`.</summary>
    public required bool IsTrusted { get; init; }

    /// <summary>Names in lower case with '-' for '_'.</summary>
    public required ImmutableArray<(byte[] Name, byte[] Value)> Headers { get; init; }

    /// <summary>Read when a rule counts tokens; null: there is none.</summary>
    public byte[]? Body { get; init; }

    /// <summary>Instead of what a body would say; null: the body decides.</summary>
    public LlmRequestNumbers? Tokens { get; init; }
}
