using System.Collections.Immutable;

namespace Appliance.Proxy.Configuration;

/// <summary>Host and path to upstream. Immutable.</summary>
public sealed record RouteSettings
{
    /// <summary>Lower-case host names, or `*.example.com` for any name below; empty: any host.</summary>
    public ImmutableArray<string> Hosts { get; init; } = [];

    /// <summary>Whole segments: `/v1` matches `/v1` and `/v1/x`, not `/v1x`. Default: everything.</summary>
    public string PathPrefix { get; init; } = "/";

    /// <summary>Name of the upstream.</summary>
    public required string Upstream { get; init; }
}
