namespace Appliance.Proxy.Configuration;

/// <summary>Named time limits of a listener; zero is not allowed.</summary>
public sealed record TimeoutSettings
{
    /// <summary>Until a connection to a server is established.</summary>
    public TimeSpan Connect { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>From the first byte of a request until its header section is complete.</summary>
    public TimeSpan RequestHeader { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Between two requests of a keep-alive connection.</summary>
    public TimeSpan Idle { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Between two moves of bytes while a request or response is under way.</summary>
    public TimeSpan Response { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Tcp: without a byte in either direction.</summary>
    public TimeSpan Tunnel { get; init; } = TimeSpan.FromMinutes(10);
}
