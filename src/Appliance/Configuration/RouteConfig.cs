using System.Collections.Immutable;

namespace Appliance.Configuration;

/// <summary>One entry of a listener's `routes`. Immutable.</summary>
internal sealed record RouteConfig
{
    /// <summary>Lower-case names, or `*.example.com` for every name below; empty: any host.</summary>
    public required ImmutableArray<string> Hosts { get; init; }

    /// <summary>Whole path segments; begins with '/'.</summary>
    public required string PathPrefix { get; init; }

    /// <summary>Name of the upstream.</summary>
    public required string Upstream { get; init; }
}
