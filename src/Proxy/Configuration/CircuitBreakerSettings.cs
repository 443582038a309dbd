namespace Appliance.Proxy.Configuration;

/// <summary>A circuit breaker per server. Immutable.</summary>
public sealed record CircuitBreakerSettings
{
    /// <summary>Failures in a row that open it, 1 ...</summary>
    public int FailureThreshold { get; init; } = 5;

    /// <summary>Successes in a row while half open that close it, 1 ...</summary>
    public int SuccessThreshold { get; init; } = 2;

    /// <summary>How long it stays open before it lets requests try.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Requests under way at once while half open, 1 ...</summary>
    public int HalfOpenRequests { get; init; } = 1;
}
