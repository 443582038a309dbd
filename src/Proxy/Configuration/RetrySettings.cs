using System.Collections.Immutable;

namespace Appliance.Proxy.Configuration;

/// <summary>Retries: only while no byte of the response has gone to the client, on different servers, within a budget. Immutable.</summary>
public sealed record RetrySettings
{
    /// <summary>Tries in all, the first included, 1 .. 16.</summary>
    public int Attempts { get; init; } = 3;

    /// <summary>The connection failed, or was lost before the answer began.</summary>
    public bool OnError { get; init; } = true;

    /// <summary>Connecting or answering took too long.</summary>
    public bool OnTimeout { get; init; } = true;

    /// <summary>Statuses that are tried again; the last answer goes to the client.</summary>
    public ImmutableArray<int> OnStatuses { get; init; } = [];

    /// <summary>Try requests again whose method is not idempotent, once they may have reached a server.</summary>
    public bool NonIdempotent { get; init; }

    /// <summary>Limit of one try, from its beginning to the response's head; zero: the listener's limits alone.</summary>
    public TimeSpan TryTimeout { get; init; }

    /// <summary>Limit of all tries together, up to the response's head; zero: none.</summary>
    public TimeSpan TotalTimeout { get; init; }
}
