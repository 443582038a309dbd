using System.Collections.Immutable;

namespace Appliance.Proxy.Configuration;

/// <summary>What is done with the requests of a host and path. Exactly one of Upstream, Redirect and Response is given. Immutable.</summary>
public sealed record RouteSettings
{
    /// <summary>Lower-case host names, or `*.example.com` for any name below; empty: any host. Tcp: compared with the SNI.</summary>
    public ImmutableArray<string> Hosts { get; init; } = [];

    /// <summary>Whole segments: `/v1` matches `/v1` and `/v1/x`, not `/v1x`. Default: everything.</summary>
    public string PathPrefix { get; init; } = "/";

    /// <summary>Name of the upstream.</summary>
    public string? Upstream { get; init; }

    /// <summary>Answer with a redirect.</summary>
    public RedirectSettings? Redirect { get; init; }

    /// <summary>Answer with a fixed response.</summary>
    public FixedResponseSettings? Response { get; init; }

    /// <summary>What replaces <see cref="PathPrefix"/> in the target that goes upstream; null: the target goes as it came.</summary>
    public string? ReplacePrefix { get; init; }

    /// <summary>Null: Host goes upstream as it came; else this, where `$server` stands for the server's own name and port.</summary>
    public string? Host { get; init; }

    /// <summary>Edits of the request's fields.</summary>
    public HeaderEditSettings RequestHeaders { get; init; } = new();

    /// <summary>Edits of the response's fields.</summary>
    public HeaderEditSettings ResponseHeaders { get; init; } = new();
}

/// <summary>A redirect.</summary>
/// <param name="Status">301, 302, 303, 307 or 308.</param>
/// <param name="Location">A URI reference; `$host` and `$target` stand for the request's host and its target (path and query).</param>
public sealed record RedirectSettings(int Status, string Location);

/// <summary>A fixed response.</summary>
/// <param name="Status">200 .. 599.</param>
/// <param name="ContentType">Media type of the body.</param>
/// <param name="Body">The body; may be empty.</param>
public sealed record FixedResponseSettings(int Status, string ContentType, ReadOnlyMemory<byte> Body);
