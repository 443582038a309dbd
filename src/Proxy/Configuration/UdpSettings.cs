namespace Appliance.Proxy.Configuration;

/// <summary>Sessions of a udp listener. Immutable.</summary>
public sealed record UdpSettings
{
    /// <summary>A session ends when neither side has sent for so long.</summary>
    public TimeSpan Idle { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>A session ends after so many answers; 0: only by time (1 suits DNS).</summary>
    public int Responses { get; init; }

    /// <summary>Sessions at once over all clients; further clients' datagrams are dropped and counted.</summary>
    public int MaximumSessions { get; init; } = 65536;
}
