using System.Collections.Immutable;

namespace Appliance.Proxy.Configuration;

/// <summary>Active health checks. A server starts as up; its first check runs at once, and its failure alone marks the server down. Immutable.</summary>
public sealed record HealthCheckSettings
{
    /// <summary>Path of an HTTP GET; null: connecting (with TLS if the upstream has it) is the whole check.</summary>
    public string? Path { get; init; }

    /// <summary>What Host says; null: the server's own name and port.</summary>
    public string? Host { get; init; }

    /// <summary>Statuses of a healthy server, as ranges with both ends included.</summary>
    public ImmutableArray<(int First, int Last)> Statuses { get; init; } = [(200, 399)];

    /// <summary>Text that the first 64 KiB of the body must hold; null: any body.</summary>
    public string? BodyContains { get; init; }

    /// <summary>Between two checks, 100 ms .. 1 h; each is moved by up to a tenth at random.</summary>
    public TimeSpan Interval { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>For the whole of one check.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Good checks in a row until a server that was down is up.</summary>
    public int HealthyAfter { get; init; } = 2;

    /// <summary>Failed checks in a row until a server that was up is down.</summary>
    public int UnhealthyAfter { get; init; } = 3;

    /// <summary>Port to check instead of the server's own; null: the same.</summary>
    public int? Port { get; init; }
}
