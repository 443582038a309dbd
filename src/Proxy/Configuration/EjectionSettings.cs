namespace Appliance.Proxy.Configuration;

/// <summary>Passive checks: a server that fails real requests is left out for a while. Immutable.</summary>
public sealed record EjectionSettings
{
    /// <summary>Failures in a row (connect, reset, timeout, 5xx of a gateway kind: 502, 503, 504), 1 .. 1000.</summary>
    public int ConsecutiveFailures { get; init; } = 5;

    /// <summary>How long the server is left out the first time; it grows by as much each time again, up to ten times.</summary>
    public TimeSpan For { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Percent of the servers that may be left out at once, 1 .. 100; at least one may.</summary>
    public int MaximumPercent { get; init; } = 50;
}
