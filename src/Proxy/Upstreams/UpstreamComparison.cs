using System.Collections.Immutable;
using Appliance.Proxy.Configuration;

namespace Appliance.Proxy.Upstreams;

/// <summary>Whether two settings ask for the same. Records compare their immutable arrays by reference, so those are compared here by content. Pure.</summary>
internal static class UpstreamComparison
{
    /// <summary>True when nothing differs.</summary>
    internal static bool Same(UpstreamSettings a, UpstreamSettings b) =>
        Same(a.Servers, b.Servers) && Same(a.HealthCheck, b.HealthCheck) && Same(a.Retry, b.Retry)
        && a == b with { Servers = a.Servers, HealthCheck = a.HealthCheck, Retry = a.Retry };

    /// <summary>True when both have the same secrets in the same order.</summary>
    internal static bool Same(ImmutableArray<SharedKey> a, ImmutableArray<SharedKey> b) =>
        a.Length == b.Length && a.Zip(b).All(pair => pair.First.Id == pair.Second.Id && pair.First.Secret.Span.SequenceEqual(pair.Second.Secret.Span));

    private static bool Same(HealthCheckSettings? a, HealthCheckSettings? b) =>
        a is null || b is null ? a == b : Same(a.Statuses, b.Statuses) && a == b with { Statuses = a.Statuses };

    private static bool Same(RetrySettings a, RetrySettings b) => Same(a.OnStatuses, b.OnStatuses) && a == b with { OnStatuses = a.OnStatuses };

    private static bool Same<T>(ImmutableArray<T> a, ImmutableArray<T> b) => a.AsSpan().SequenceEqual(b.AsSpan());
}
