namespace Appliance.Configuration;

/// <summary>A listener's `timeouts`; none is zero. Immutable.</summary>
internal sealed record TimeoutsConfig
{
    /// <summary>Until a connection to a server is established.</summary>
    public required TimeSpan Connect { get; init; }

    /// <summary>From the first byte of a request until its header section is complete.</summary>
    public required TimeSpan RequestHeader { get; init; }

    /// <summary>Between two requests of a kept connection.</summary>
    public required TimeSpan Idle { get; init; }

    /// <summary>Between two moves of bytes while a request or response is under way.</summary>
    public required TimeSpan Response { get; init; }

    /// <summary>Tcp: without a byte in either direction.</summary>
    public required TimeSpan Tunnel { get; init; }
}
