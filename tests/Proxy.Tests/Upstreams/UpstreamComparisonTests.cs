using System.Collections;
using System.Collections.Immutable;
using System.Net;
using System.Reflection;
using Appliance.Proxy.Configuration;
using Appliance.Proxy.Upstreams;

namespace Proxy.Tests.Upstreams;

/// <summary>A reload keeps what has not changed and only that.</summary>
public sealed class UpstreamComparisonTests
{
    public static TheoryData<string> Properties => new(typeof(UpstreamSettings).GetProperties().Where(p => p.CanWrite).Select(p => p.Name));

    [Fact]
    public void EqualSettingsFromTwoReadingsAreTheSame() => Assert.True(UpstreamComparison.Same(Full(), Full()));

    [Theory]
    [MemberData(nameof(Properties))]
    public void EveryPropertyMatters(string name)
    {
        UpstreamSettings changed = Full() with { };
        PropertyInfo property = typeof(UpstreamSettings).GetProperty(name)!;
        property.SetValue(changed, Other(property.PropertyType, property.GetValue(changed)));
        Assert.False(UpstreamComparison.Same(Full(), changed));
        Assert.False(UpstreamComparison.Same(changed, Full()));
    }

    [Fact]
    public void WhatLiesDeeperMattersToo()
    {
        UpstreamSettings full = Full();
        UpstreamSettings[] others =
        [
            full with { Servers = [full.Servers[0] with { Weight = 9 }, full.Servers[1]] },
            full with { Servers = [full.Servers[1], full.Servers[0]] },
            full with { HealthCheck = full.HealthCheck! with { Statuses = [(200, 200)] } },
            full with { HealthCheck = full.HealthCheck! with { Interval = TimeSpan.FromSeconds(6) } },
            full with { HealthCheck = null },
            full with { Retry = full.Retry with { OnStatuses = [502] } },
            full with { Retry = full.Retry with { Attempts = 9 } },
            full with { CircuitBreaker = full.CircuitBreaker! with { FailureThreshold = 9 } },
        ];
        Assert.All(others, other => Assert.False(UpstreamComparison.Same(full, other)));
    }

    [Fact]
    public void KeysAreComparedByTheirBytes()
    {
        ImmutableArray<SharedKey> keys = [new SharedKey(1, new byte[] { 1, 2 })];
        Assert.True(UpstreamComparison.Same(keys, [new SharedKey(1, new byte[] { 1, 2 })]));
        Assert.False(UpstreamComparison.Same(keys, [new SharedKey(1, new byte[] { 1, 3 })]));
        Assert.False(UpstreamComparison.Same(keys, [new SharedKey(2, new byte[] { 1, 2 })]));
        Assert.False(UpstreamComparison.Same(keys, []));
    }

    private static UpstreamSettings Full() => new()
    {
        Name = "app",
        Servers = [new ServerSettings(IPEndPoint.Parse("192.0.2.1:80")), new ServerSettings(new DnsEndPoint("api", 80), 2, true, 3)],
        HealthCheck = new HealthCheckSettings { Path = "/", Statuses = [(200, 299), (301, 301)] },
        Ejection = new EjectionSettings(),
        CircuitBreaker = new CircuitBreakerSettings(),
        Retry = new RetrySettings { OnStatuses = [502, 503] },
        Sticky = new StickySettings("sid"),
        Tls = new UpstreamTlsSettings(),
        ProxyProtocol = ProxyProtocolVersion.V1,
    };

    private static object? Other(Type type, object? value) => value switch
    {
        string text => text + "x",
        int number => number + 1,
        TimeSpan span => span + TimeSpan.FromSeconds(1),
        Enum some => Enum.ToObject(some.GetType(), Convert.ToInt32(some) + 1),
        HashKeySettings => new HashKeySettings(HashSource.Path),
        RetrySettings retry => retry with { OnTimeout = !retry.OnTimeout },
        IEnumerable => ImmutableArray<ServerSettings>.Empty,
        _ when !type.IsValueType => null,
        _ => throw new NotSupportedException($"{type}: say what another value is"),
    };
}
