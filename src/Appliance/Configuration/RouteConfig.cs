using System.Collections.Immutable;
using Appliance.Proxy.Configuration;

namespace Appliance.Configuration;

/// <summary>One entry of a listener's `routes`; exactly one of Upstream, Redirect and Response is given. Immutable.</summary>
internal sealed record RouteConfig
{
    /// <summary>Lower-case names, or `*.example.com` for every name below; empty: any host.</summary>
    public required ImmutableArray<string> Hosts { get; init; }

    /// <summary>Whole path segments; begins with '/'.</summary>
    public required string PathPrefix { get; init; }

    /// <summary>Name of the upstream.</summary>
    public required string? Upstream { get; init; }

    /// <summary>Answer with a redirect.</summary>
    public required RedirectSettings? Redirect { get; init; }

    /// <summary>Answer with a fixed response.</summary>
    public required FixedResponseSettings? Response { get; init; }

    /// <summary>Stands instead of the prefix upstream; null: the path goes as it came.</summary>
    public required string? ReplacePrefix { get; init; }

    /// <summary>Host upstream; null: as it came.</summary>
    public required string? Host { get; init; }

    /// <summary>Edits of the request's fields.</summary>
    public required HeaderEditSettings RequestHeaders { get; init; }

    /// <summary>Edits of the response's fields.</summary>
    public required HeaderEditSettings ResponseHeaders { get; init; }
}
